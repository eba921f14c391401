// The report form on a bad network. What is filled in stays on this device until the server has
// answered. Without this script the form is posted as any other.
import { box, fresh, keep, own, owner, read, write } from "./kept.js";
import { list, local, say, sentences, serve, show } from "./outbox.js";
import { correct, filled, fillIn, lead, press, tooLarge, work } from "./filling.js";

const form = document.getElementById("report-form");

// --- the form: its key belongs to this entry of the browser's history -----------------------------

let taken = null;  // what became of the report that is in the form, where it was taken already
let changed = false;  // since it was last kept
const key = () => form.elements.repeat_key.value;

function bind(value) {
  form.elements.repeat_key.value = value;
  history.replaceState({ ...history.state, report: value }, "");
}

function given() {
  const { fields, files, count } = filled(form), said = Object.fromEntries(fields);
  const chosen = form.querySelector("[name=class_code]:checked")?.closest("label").querySelector(".strong")?.textContent || "";
  const what = said.text || chosen || said.address || [said.x, said.y].filter(Boolean).join(", ");
  const begun = Boolean(what || said.component_code || said.class_words || count);
  return { record: { fields, chosen, what: what.slice(0, 120), count }, files, begun };
}

async function recordOf(state, { record }) {
  const before = await read(key()), now = Date.now(), page = form.getAttribute("action");
  changed = false;
  return { ...record, kind: "report", address: page, page, key: key(), owner, state, at: before?.at || now, pressed: now, told: before?.told };
}

// Of what somebody saw themselves even the unfinished is kept: phones close pages behind a camera.
// What others told is kept from the sending on only: it may hold a caller's name and number.
async function note() {
  if (!changed || busy || taken || !("ownEyes" in form.dataset)) return;
  const now = given(), before = await read(key());
  if (before && before.state !== "draft" && before.state !== "refused") return;
  const record = await recordOf(before?.state || "draft", now);
  if (busy) return;
  if (now.begun) await keep(record, now.files).catch(() => { changed = true; });
  list();
}

const first = ["class-choices", "beside"].map((id) => [document.getElementById(id), document.getElementById(id).innerHTML]);
function empty() {
  form.reset();
  for (const name of ["call", "petition", "accuracy_m"]) form.elements[name].value = "";
  for (const [part, html] of first) part.innerHTML = html;
  for (const one of form.querySelectorAll("[name=class_code]")) one.checked = false;
  for (const one of form.querySelectorAll("[name=x], [name=y]")) one.value = "";
  document.dispatchEvent(new CustomEvent("place", {}));
  answer([]);
  say("restored", false);
  taken = null;
  changed = false;
  delete form.dataset.dirty;
}

// What is chosen stays so, whatever an answer says that was on its way while it was chosen.
let held = null;
const classes = () => [...form.querySelectorAll("[name=class_code]")];
document.addEventListener("htmx:before:swap", () => { held = classes().find((one) => one.checked)?.closest("label").cloneNode(true); });
document.addEventListener("htmx:after:swap", () => {
  const value = held?.querySelector("input").value;
  if (value && !classes().some((one) => one.value === value)) document.querySelector("#class-choices fieldset").prepend(held);
  for (const one of classes()) one.checked = Boolean(value) && one.value === value;
});

async function fill(record) {
  empty();
  bind(record.key);
  const said = Object.fromEntries(record.fields);
  if (said.class_code) {
    const card = document.getElementById("kept-class").content.cloneNode(true);
    card.querySelector("input").value = said.class_code;
    card.querySelector(".grow").textContent = record.chosen;
    document.getElementById("class-choices").replaceChildren(card);
  }
  await fillIn(form, record);
  const [lon, lat] = [Number(said.x), Number(said.y)];
  if (said.x && said.y && said.system === "wgs84") document.dispatchEvent(new CustomEvent("place", { detail: { lon, lat } }));
  form.elements.text.dispatchEvent(new Event("change", { bubbles: true }));
  if (record.told) answer(record.told);
  else scrollTo(0, 0);
}

// What the server says against a report: at its field, else above the form.
function answer(told) {
  sentences(box.querySelector("[data-sentences]"), correct(form, told));
  say("refused", told.length > 0);
  lead(form, told);
}

// --- pressing the button --------------------------------------------------------------------------

let busy = false;
form.addEventListener("submit", async (event) => {
  if (event.submitter?.hasAttribute("formaction") || tooLarge(form)) return;
  event.preventDefault();
  if (busy) return;
  if (taken) { location.assign(taken.address); return; }
  const then = document.getElementById("report-then");
  if (then) then.value = event.submitter?.name === "then" ? "on" : "";
  work(form, busy = true);
  await submit().finally(() => work(form, busy = false));
});

async function submit() {
  for (const what of ["kept", "slow", "unkept", "restored", "empty"]) say(what, false);
  answer([]);
  if (navigator.onLine === false) {
    if (!given().begun) { say("empty", true); scrollTo(0, 0); return; }
    saw();
  }
  const now = given();
  const { kept, after } = await press(await recordOf("waiting", now), now.files);
  if (after?.state === "taken") {
    await write({ ...after, seen: true }).catch(() => {});
    list();
    location.assign(after.taken.address);
    return;
  }
  if (after?.state === "refused") { list(); answer(after.told); return; }
  say(kept ? (after?.state === "slow" ? "slow" : "kept") : "unkept", true);
  if (kept) { empty(); bind(fresh()); }
  await list();
  show();
}

// Without a network the report says when it was seen: it may arrive hours later.
function saw() {
  const at = form.elements.occurred_at;
  if (at.value || !("ownEyes" in form.dataset)) return;
  at.value = local(new Date());
}

// --- from the opening of the page on --------------------------------------------------------------

let timer = 0;
function touched(event) {
  if (event.target.type === "hidden" || !form.contains(event.target)) return;
  changed = true;
  say("empty", false);
  if (taken) { taken = null; bind(fresh()); say("done", false); }
  clearTimeout(timer);
  timer = setTimeout(note, 500);
}
form.addEventListener("input", touched);
form.addEventListener("change", touched);
form.querySelector("[name=look]").hidden = true;  // it is looked up while one writes
document.addEventListener("visibilitychange", () => { if (document.hidden) note(); });

async function start() {
  const back = (await own()).find((one) => one.kind === "report" && one.back);  // sent here to be edited
  if (back) {
    await write({ ...back, back: false });
    await fill(back);
    return;
  }
  // A page that is opened anew begins a new report, even at the address of the one before.
  const anew = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  const before = anew ? "" : history.state?.report, known = before && await read(before);
  if (known?.owner === owner && known.state === "taken") {
    bind(before);
    taken = known.taken;
    Object.assign(box.querySelector("[data-number]"), { href: taken.address, textContent: taken.case });
    say("done", true);
    scrollTo(0, 0);
  } else if (known?.owner === owner && ["draft", "refused"].includes(known.state)) {
    await fill(known);
    say("restored", known.state === "draft");
  } else bind(before && !known ? before : key());
}

serve("report", {
  hides: (one) => one.key === key() && (busy || ["draft", "refused"].includes(one.state)),
  edit: async (one) => {
    await note();
    await write(one);
    await fill(one);
    return true;
  },
}, start());
