// The steps of a case on a bad network. What was filled in stays on this device until the server has
// answered; a step that it refuses goes back into its form on the case as it is then. Without this
// script the forms are posted as any other. The forms come and go with live updates of the page.
import { box, forget, fresh, keep, own, owner, read, write } from "./kept.js";
import { list, say, sentences, serve, show } from "./outbox.js";
import { correct, filled, fillIn, lead, press, tooLarge, work } from "./filling.js";

// The case that is shown; at the bench another one comes without a new page.
const shown = () => document.getElementById("case");
const page = () => shown()?.dataset.page;
const pageOf = (form) => form.getAttribute("action").replace(/steps\/[^/]+\/$/, "");
const forms = () => [...document.querySelectorAll("form.step-form")];
const keyOf = (form) => form.elements.repeat_key.value;
const formWith = (key) => forms().find((form) => keyOf(form) === key);
const mine = (one) => one.kind === "step" && one.page === page();

// --- what is in a form ----------------------------------------------------------------------------

// A field in words, as whoever filled it in saw it: [label, value].
function words(field) {
  const label = field.querySelector("legend, label").firstChild.textContent.trim();
  const values = [...field.querySelectorAll("input, select, textarea")].filter((one) => one.name && one.type !== "file").map((one) => {
    if (one.type === "checkbox") return one.checked ? field.matches("fieldset") ? one.labels[0].textContent.trim() : "✓" : "";
    return one.value && one.tagName === "SELECT" ? one.selectedOptions[0].textContent : one.value;
  });
  return [label, values.filter(Boolean).join("、")];
}

async function recordOf(form, state) {
  const { fields, files, count } = filled(form), key = keyOf(form), before = await read(key), now = Date.now();
  const lines = [...form.querySelectorAll(".field")].map(words).filter(([, value]) => value);
  const address = form.getAttribute("action"), page = pageOf(form);
  const what = `${form.getAttribute("aria-label")} · ${page.split("/").at(-2)}`;
  return [{ kind: "step", key, owner, state, page, address, what, lines, fields, count, at: before?.at || now, pressed: now, told: before?.told }, files];
}

function empty(form) {
  form.reset();
  form.elements.repeat_key.value = fresh();
  correct(form, []);
  form.closest("details").open = false;
  delete form.dataset.dirty;
}

async function fill(form, record) {
  form.elements.repeat_key.value = record.key;
  form.dataset.dirty = "1";  // no live change takes it away
  form.closest("details").open = true;
  await fillIn(form, record);
  sentences(box.querySelector("[data-sentences]"), correct(form, record.told || []));
  say(record.state === "refused" ? "refused" : "restored", true);
  lead(form, record.told || []);
}

// --- pressing the button --------------------------------------------------------------------------

let busy = false;
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form.step-form") || event.defaultPrevented || tooLarge(form)) return;
  event.preventDefault();
  if (busy) return;
  work(form, busy = true);
  await submit(form).finally(() => work(form, busy = false));
});

function silent() {
  for (const what of ["kept", "slow", "unkept", "waits", "gone", "restored", "refused"]) say(what, false);
}

async function submit(form) {
  silent();
  const open = (address) => { if (page() === pageOf(form)) location.assign(address); };  // else another case is read
  if ((await own()).some((one) => mine(one) && one.state === "waiting")) { say("waits", true); show(); return; }
  const { kept, after } = await press(...await recordOf(form, "waiting"));
  if (after?.state === "taken") {
    await forget(after.key).catch(() => {});
    open(after.taken.address);
  } else if (after?.state === "refused" && kept) {
    await write({ ...after, back: true });
    open(shown().getAttribute("hx-get"));
  } else if (kept) {
    if (after?.why !== "signin") say(after?.state === "slow" ? "slow" : "kept", true);
    empty(form);
    await list();
    show();
  } else if (after?.state === "refused") form.submit();  // the server's own page keeps what was typed
  else { say("unkept", true); scrollTo(0, 0); }
}

// --- what is unfinished ---------------------------------------------------------------------------

// Only where photos are taken on the spot: phones close pages behind a camera.
const changed = new Set();
let timer = 0;
function touched({ target }) {
  const form = target.closest("form.step-form");
  if (!form?.querySelector("[capture]") || target.type === "hidden") return;
  changed.add(form);
  clearTimeout(timer);
  timer = setTimeout(note, 500);
}
document.addEventListener("input", touched);
document.addEventListener("change", touched);
document.addEventListener("visibilitychange", () => { if (document.hidden) note(); });

async function note() {
  if (busy) return;
  const these = [...changed];
  changed.clear();
  for (const form of these) {
    const [one, files] = await recordOf(form, "draft"), before = await read(one.key);
    if (busy || (before && !["draft", "refused"].includes(before.state))) continue;
    if (one.lines.length || one.count) await keep({ ...one, state: before?.state || "draft" }, files).catch(() => {});
    else if (before?.state === "draft") await forget(one.key);
  }
  list();
}

// --- from the opening of the page on --------------------------------------------------------------

async function start() {
  for (const one of await own()) {
    if (!mine(one) || !(one.back || one.state === "draft")) continue;
    if (one.back) await write({ ...one, back: false });
    const form = forms().find((found) => found.getAttribute("action") === one.address);
    if (form) await fill(form, one);
    else if (one.back) say("gone", true);
  }
}

let last = page();
document.addEventListener("htmx:after:swap", async () => {
  if (page() === last) return;
  last = page();
  silent();
  await start();
  list();
});

serve("step", {
  hides: (one) => Boolean(formWith(one.key)) && (busy || one.state === "draft"),
  holds: (one) => Boolean(formWith(one.key)),
  edit(one) {
    const form = formWith(one.key);
    form?.closest("details").scrollIntoView();
    return Boolean(form);
  },
  dropped(one) {
    const form = formWith(one.key);
    if (form) empty(form);
    for (const what of ["refused", "restored", "gone"]) say(what, false);
  },
  settled(one) {
    if (one.state === "taken" && mine(one) && !busy && !forms().some((form) => form.dataset.dirty)) shown().dispatchEvent(new CustomEvent("refresh"));
  },
}, start());
