// The report form on a bad network. What is filled in stays on this device (IndexedDB) until the
// server has answered; each report has its own key, so that sent twice it is taken once. Without
// this script the form is posted as any other.
const form = document.getElementById("report-form");
const box = document.getElementById("outbox");
const owner = form.elements.by.value;
const AGAIN = 30_000, PATIENCE = 8_000, LONGEST = 300_000, DAY = 86_400_000;  // ms
const PLAIN = ["csrfmiddlewaretoken", "repeat_key"];

// --- the store: reports, and their photos apart, so that typing does not copy them ----------------

const opened = new Promise((found) => {
  try {
    const asked = indexedDB.open("cityloop-outbox", 1);
    asked.onupgradeneeded = () => ["reports", "photos"].forEach((name) => asked.result.createObjectStore(name, { keyPath: "key" }));
    asked.onsuccess = () => found(asked.result);
    asked.onerror = () => found(null);
  } catch { found(null); }
});

async function store(name, act, ...given) {
  const base = await opened;
  if (!base) throw new Error("this browser keeps nothing");
  const change = base.transaction(name, act.startsWith("get") ? "readonly" : "readwrite");
  const asked = change.objectStore(name)[act](...given);
  return new Promise((done, failed) => {
    change.oncomplete = () => done(asked.result);
    change.onabort = () => failed(change.error);
  });
}

const read = (key) => store("reports", "get", key).catch(() => undefined);
const own = async () => (await store("reports", "getAll").catch(() => [])).filter((one) => one.owner === owner).sort((a, b) => a.at - b.at);
// One tab at a time; where the browser has no locks the key alone keeps it single.
const alone = (key, act) => navigator.locks ? navigator.locks.request(`report ${key}`, { ifAvailable: true }, (lock) => lock && act()) : act();

async function forget(key) {
  await store("photos", "delete", key);
  await store("reports", "delete", key);
}

// --- the form: its key belongs to this entry of the browser's history -----------------------------

let taken = null;  // what became of the report that is in the form, where it was taken already
let changed = false;  // since it was last kept
const key = () => form.elements.repeat_key.value;
const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");

function bind(value) {
  form.elements.repeat_key.value = value;
  history.replaceState({ ...history.state, report: value }, "");
}

function filled() {
  const all = [...new FormData(form)].filter(([name]) => !PLAIN.includes(name));
  const fields = all.filter(([, value]) => typeof value === "string");
  const files = all.filter(([, value]) => typeof value !== "string" && value.size);
  const said = Object.fromEntries(fields);
  const chosen = form.querySelector("[name=class_code]:checked")?.closest("label").querySelector(".strong")?.textContent || "";
  const what = said.text || chosen || said.address || [said.x, said.y].filter(Boolean).join(", ");
  const begun = Boolean(what || said.component_code || said.class_words || files.length);
  return { fields, files, chosen, what: what.slice(0, 120), begun };
}

let stored = "";  // which photos the store has
async function keep(state, { files, begun, ...given }) {
  const before = await read(key());
  const record = { ...given, key: key(), owner, state, at: before?.at || Date.now(), count: files.length, told: before?.told };
  const these = [record.key, ...files.map(([name, file]) => `${name} ${file.name} ${file.size} ${file.lastModified}`)].join("\n");
  if (these !== stored) await store("photos", "put", { key: record.key, files });
  await store("reports", "put", record);
  stored = these;
  changed = false;
  return record;
}

// Of what somebody saw themselves even the unfinished is kept: phones close pages behind a camera.
// What others told is kept from the sending on only: it may hold a caller's name and number.
async function note() {
  if (!changed || busy || taken || !("ownEyes" in form.dataset)) return;
  const given = filled(), before = await read(key());
  if (before && before.state !== "draft" && before.state !== "refused") return;
  if (given.begun) await keep(before?.state || "draft", given).catch(() => {});
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
  correct([]);
  say("restored", false);
  taken = null;
  changed = false;
  delete form.dataset.dirty;
}

async function fill(record) {
  empty();
  bind(record.key);
  const said = Object.fromEntries(record.fields);
  for (const one of form.elements) {
    if (one.type === "checkbox") one.checked = one.name in said;
    else if (one.name in said && one.type !== "radio" && !PLAIN.includes(one.name)) one.value = said[one.name];
  }
  if (said.class_code) {
    const card = document.getElementById("kept-class").content.cloneNode(true);
    card.querySelector("input").value = said.class_code;
    card.querySelector(".grow").textContent = record.chosen;
    document.getElementById("class-choices").replaceChildren(card);
  }
  const photos = await store("photos", "get", record.key);
  for (const input of form.querySelectorAll("input[type=file]")) {
    const bag = new DataTransfer();
    for (const [name, file] of photos?.files || []) if (name === input.name) bag.items.add(file);
    input.files = bag.files;
  }
  document.dispatchEvent(new Event("files-set"));
  const [lon, lat] = [Number(said.x), Number(said.y)];
  if (said.x && said.y && said.system === "wgs84") document.dispatchEvent(new CustomEvent("place", { detail: { lon, lat } }));
  form.elements.text.dispatchEvent(new Event("change", { bubbles: true }));
  if (record.told) correct(record.told);
  else scrollTo(0, 0);
}

// What the server says against a report: at its field, else above the form.
function correct(told) {
  for (const old of form.querySelectorAll(".field > .field-error")) old.remove();
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  const elsewhere = [];
  for (const { name, reason, sentence } of told) {
    const input = name && form.querySelector(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
    if (!input) { elsewhere.push(sentence); continue; }
    const words = document.getElementById("field-error").content.firstElementChild.cloneNode(true);
    words.id = `report-${name}-error`;
    words.querySelector("span").textContent = reason;
    input.closest(".field").append(words);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", `report-${name}-help ${words.id}`);
  }
  const worst = form.querySelector("[aria-invalid=true]");
  sentences(box.querySelector("[data-sentences]"), elsewhere);
  say("refused", told.length > 0);
  if (worst) worst.closest(".field").scrollIntoView({ block: "center" });
  else if (told.length) scrollTo(0, 0);
  worst?.focus({ preventScroll: true });
}

// --- sending --------------------------------------------------------------------------------------

const going = new Set();
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || form.elements.csrfmiddlewaretoken.value;

async function deliver(record, photos) {
  const body = new FormData();
  body.append("repeat_key", record.key);
  for (const [name, value] of record.fields) body.append(name, value);
  for (const [name, file] of photos) body.append(name, file, file.name || "photo.jpg");
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  const answer = await fetch(form.getAttribute("action"), {
    method: "POST", body, headers, redirect: "manual", signal: AbortSignal.timeout?.(LONGEST),
  });
  const told = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
  return judged(answer, told);
}

function judged(answer, told) {
  if (answer.ok && told.case) return { state: "taken", taken: told };
  const away = answer.type === "opaqueredirect" || answer.status === 401 || told.code === "anothers-form";
  if (away || (answer.status === 403 && !told.code)) return { state: "waiting", why: "signin" };
  if (answer.status === 413) told = { detail: document.body.dataset.tooLarge, ...told, code: "too-large" };
  if (!told.code || answer.status >= 500 || answer.status === 429) return { state: "waiting", why: "server" };
  const words = told.reasons?.length ? told.reasons : [told.detail], fields = told.invalid_params || [];
  return { state: "refused", told: words.map((sentence, n) => ({ sentence, ...fields[n] })) };
}

// Sends one report, and keeps what became of it; the record as it is then.
async function send(record, photos) {
  going.add(record.key);
  list();
  const found = navigator.onLine === false ? { state: "waiting", why: "network" }
    : await deliver(record, photos).catch(() => ({ state: "waiting", why: "network" }));
  going.delete(record.key);
  const { key: which, at, what, count } = record;
  const after = found.state === "taken" ? { key: which, owner, at, what, count, ...found } : { ...record, why: "", ...found };
  try {
    await store("reports", "put", after);
    if (after.state === "taken") await store("photos", "delete", record.key);
  } catch { /* nothing is kept here: the answer is what counts */ }
  list();
  return after;
}

const resend = (one) => alone(one.key, async () => {
  const record = await read(one.key);
  if (!record || !["waiting", "refused"].includes(record.state) || going.has(one.key)) return record;
  const photos = await store("photos", "get", one.key);
  return send(record, photos?.files || []);
});

async function resendAll() {
  for (const one of await own()) {
    if (one.state !== "waiting") continue;
    const after = await resend(one);
    if (after?.why === "network") break;
  }
}

// --- pressing the button --------------------------------------------------------------------------

let busy = false;
function work(on) {
  busy = on;
  form.querySelector(".button-primary").setAttribute("aria-disabled", on);
  form.querySelector("[data-idle]").hidden = on;
  form.querySelector("[data-busy]").hidden = !on;
  if (!on) delete form.dataset.sent;
}

form.addEventListener("submit", async (event) => {
  const large = [...form.querySelectorAll("input[type=file]")].some((one) => one.validity.customError);
  if (event.submitter?.hasAttribute("formaction") || large) return;
  event.preventDefault();
  if (busy) return;
  if (taken) { location.assign(taken.address); return; }
  work(true);
  await submit().finally(() => work(false));
});

async function submit() {
  for (const what of ["kept", "slow", "unkept", "restored", "empty"]) say(what, false);
  correct([]);
  if (navigator.onLine === false) {
    if (!filled().begun) { say("empty", true); scrollTo(0, 0); return; }
    saw();
  }
  const given = filled(), files = given.files;
  const record = await keep("waiting", given).catch(() => null);
  const held = record || { key: key(), owner, ...given };
  const slow = record && new Promise((soon) => setTimeout(soon, PATIENCE, { state: "slow" }));
  const after = await Promise.race([alone(held.key, () => send(held, files)), slow].filter(Boolean));
  if (after?.state === "taken") {
    await store("reports", "put", { ...after, seen: true }).catch(() => {});
    list();
    location.assign(after.taken.address);
    return;
  }
  if (after?.state === "refused") { list(); correct(after.told); return; }
  say(record ? (after?.state === "slow" ? "slow" : "kept") : "unkept", true);
  if (record) { empty(); bind(fresh()); navigator.storage?.persist?.(); }
  await list();
  scrollTo(0, 0);
  document.getElementById("outbox-title").focus({ preventScroll: true });
}

const local = (at) => new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
// Without a network the report says when it was seen: it may arrive hours later.
function saw() {
  const at = form.elements.occurred_at;
  if (at.value || !("ownEyes" in form.dataset)) return;
  at.value = local(new Date());
}

// --- what is kept, as a list ----------------------------------------------------------------------

const say = (what, on) => { box.querySelector(`[data-say=${what}]`).hidden = !on; };
function sentences(part, words) {
  part.replaceChildren(...words.map((one) => Object.assign(document.createElement("li"), { textContent: one })));
}

function line(one) {
  const item = box.querySelector("template").content.firstElementChild.cloneNode(true);
  const state = going.has(one.key) ? "sending" : one.state === "waiting" ? one.why || "network" : one.state;
  for (const badge of item.querySelectorAll("[data-state]")) badge.hidden = badge.dataset.state !== state;
  item.dataset.key = one.key;
  item.querySelector("[data-what]").textContent = one.what || "–";
  const at = item.querySelector("time");
  at.dateTime = new Date(one.at).toISOString();
  at.textContent = local(new Date(one.at)).slice(5).replace("T", " ");
  item.querySelector("[data-files]").hidden = !one.count;
  item.querySelector("[data-files] b").textContent = one.count;
  sentences(item.querySelector("ul"), state === "refused" ? one.told.map((words) => words.sentence) : []);
  if (one.taken) {
    item.querySelector("[data-taken]").hidden = false;
    Object.assign(item.querySelector("a"), { href: one.taken.address, textContent: one.taken.case });
  }
  const may = { send: one.state === "waiting" || one.state === "refused", edit: one.state !== "taken", ask: one.state !== "taken", hide: one.state === "taken" };
  for (const button of item.querySelectorAll("[data-acts] [data-act]")) button.hidden = state === "sending" || !may[button.dataset.act];
  return item;
}

let turns = 0;
async function list() {
  const turn = ++turns, all = await own();
  if (turn !== turns) return;  // a later one shows more
  const inForm = (one) => one.key === key() && ["draft", "refused"].includes(one.state);
  const shown = all.filter((one) => !one.seen && !inForm(one) && !(busy && one.key === key()));
  const asked = [...box.querySelectorAll("[data-question]:not([hidden])")].map((one) => one.closest("li").dataset.key);
  const at = document.activeElement?.dataset?.act, on = at && document.activeElement.closest("li").dataset.key;
  box.querySelector(".outbox-list").replaceChildren(...shown.map(line));
  for (const one of asked) ask(one, true);
  if (at) box.querySelector(`[data-key="${on}"] [data-act=${at}]`)?.focus();
  box.querySelector("[data-list]").hidden = !shown.length;
  say("offline", navigator.onLine === false && box.querySelector("[data-say=kept]").hidden);
  if (!all.some((one) => one.state === "waiting")) for (const what of ["kept", "slow"]) say(what, false);
  const count = all.filter((one) => one.state !== "taken").length;
  try { localStorage.setItem(`unsent-${owner}`, JSON.stringify({ count, path: form.getAttribute("action") })); } catch { /* no warning then */ }
}

function ask(which, on) {
  const item = box.querySelector(`[data-key="${which}"]`);
  if (!item) return;
  item.querySelector("[data-acts]").hidden = on;
  item.querySelector("[data-question]").hidden = !on;
}

const ACTS = {
  send: (one) => resend(one),
  edit: async (one) => {
    await note();
    if (one.state === "waiting") await store("reports", "put", { ...one, state: "draft" });  // not sent meanwhile
    await fill(one);
  },
  ask: ({ key: which }) => { ask(which, true); box.querySelector(`[data-key="${which}"] [data-act=stay]`).focus(); },
  stay: ({ key: which }) => ask(which, false),
  drop: (one) => forget(one.key),
  hide: (one) => forget(one.key),
};
box.addEventListener("click", async (event) => {
  const which = event.target.closest("[data-act]");
  const one = which && await read(which.closest("li").dataset.key);
  if (!one) return;
  await ACTS[which.dataset.act](one);
  if (!["ask", "stay"].includes(which.dataset.act)) list();
});

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
addEventListener("online", () => { list(); resendAll(); });
addEventListener("offline", list);
document.addEventListener("visibilitychange", () => { if (document.hidden) note(); else { list(); resendAll(); } });
setInterval(() => { if (!document.hidden) resendAll(); }, AGAIN);

async function start() {
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
  const now = Date.now();
  for (const one of await own()) {
    const old = { taken: DAY, draft: 7 * DAY }[one.state];
    if (old && now - one.at > old) await forget(one.key);
  }
  await list();
  resendAll();
}
start();
