// What is kept on this device is sent when there is a network, each with its own key, so that sent
// twice it is taken once; and it is listed, whatever page of its account is open.
import { alone, box, dropPhotos, forget, own, owner, photosOf, read, write } from "./kept.js";

const AGAIN = 30_000, LONGEST = 300_000, DAY = 86_400_000;  // ms
const here = {};  // kind -> what the forms of this page do with theirs
const begun = [];

// The forms of this page: hides(one) from the list, edit(one) is true where it is in a form now, and
// where they care holds(one) with the server's words, dropped(one), settled(one). `ready`: until then
// some of it may go into a form.
export function serve(kind, form, ready) {
  here[kind] = form;
  begun.push(ready);
}

// --- sending --------------------------------------------------------------------------------------

const going = new Set();
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] || document.querySelector("[name=csrfmiddlewaretoken]").value;

// A browser that keeps files by their place only has them no more once they are deleted there.
const readable = (photos) => Promise.all(photos.map(([, file]) => file.slice(0, 1).arrayBuffer())).then(() => true, () => false);

async function deliver(record, photos, later) {
  if (!await readable(photos)) return { state: "waiting", why: "unreadable" };
  const body = new FormData();
  body.append("repeat_key", record.key);
  if (later) body.append("kept_at", new Date(record.pressed || record.at).toISOString());
  for (const [name, value] of record.fields) body.append(name, value);
  for (const [name, file] of photos) body.append(name, file, file.name || "photo.jpg");
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  const answer = await fetch(record.address, {
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

// Sends one, and keeps what became of it; the record as it is then. `later`: by itself, not at once
// when somebody pressed the button.
export async function send(record, photos, later) {
  going.add(record.key);
  list();
  const found = navigator.onLine === false ? { state: "waiting", why: "network" }
    : await deliver(record, photos, later).catch(() => ({ state: "waiting", why: "network" }));
  going.delete(record.key);
  const { key, kind, page, at, what, count } = record;
  const after = found.state === "taken" ? { key, owner, kind, page, at, what, count, ...found } : { ...record, why: "", ...found };
  try {
    await write(after);
    if (after.state === "taken") await dropPhotos(key);
  } catch { /* nothing is kept here: the answer is what counts */ }
  list();
  here[kind]?.settled?.(after);
  return after;
}

const resend = (one) => alone(one.key, async () => {
  const record = await read(one.key);
  if (!record || !["waiting", "refused"].includes(record.state) || going.has(one.key)) return record;
  return send(record, await photosOf(one.key), true);
});

async function resendAll() {
  for (const one of await own()) {
    if (one.state !== "waiting") continue;
    const after = await resend(one);
    if (after?.why === "network") break;
  }
}

// --- what is kept, as a list ----------------------------------------------------------------------

export function say(what, on) {
  const part = box.querySelector(`[data-say=${what}]`);
  if (part) part.hidden = !on;
}

export const local = (at) => new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

export function sentences(part, words) {
  part.replaceChildren(...words.map((one) => Object.assign(document.createElement("li"), { textContent: one })));
}

// A refused step was made for a case that may be another by now: it goes again from its page only.
const may = ({ kind, state }) => ({
  send: state === "waiting" || (state === "refused" && kind === "report"),
  edit: state !== "taken" && !(state === "waiting" && kind === "step"),
  ask: state !== "taken",
  hide: state === "taken",
});

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
  const filled = (one.lines || []).flatMap(([label, value]) => [["dt", label], ["dd", value]]);
  item.querySelector("dl").replaceChildren(...filled.map(([tag, text]) => Object.assign(document.createElement(tag), { textContent: text })));
  if (one.count && one.state !== "taken") pictures(item.querySelector(".outbox-photos"), one);
  sentences(item.querySelector(".outbox-told"), state === "refused" && !here[one.kind]?.holds?.(one) ? one.told.map((words) => words.sentence) : []);
  if (one.taken) {
    item.querySelector("[data-taken]").hidden = false;
    Object.assign(item.querySelector("[data-taken] a"), { href: one.taken.address, textContent: one.taken.case });
  }
  for (const button of item.querySelectorAll("[data-acts] [data-act]")) button.hidden = state === "sending" || !may(one)[button.dataset.act];
  return item;
}

const drawn = new Map();  // key and number of photos -> their addresses
async function pictures(part, { key, count }) {
  const name = `${key} ${count}`;
  if (!drawn.has(name)) drawn.set(name, photosOf(key).then((files) => files.map(([, file]) => file).filter((file) => file.type.startsWith("image/")).map((file) => [URL.createObjectURL(file), file.name])).catch(() => []));
  part.replaceChildren(...(await drawn.get(name)).map(([src, alt]) => Object.assign(new Image(), { src, alt })));
}

let turns = 0;
export async function list() {
  const turn = ++turns, all = await own();
  if (turn !== turns) return;  // a later one shows more
  const elsewhere = (one) => one.state === "draft" && Object.keys(here).length && !here[one.kind];
  const shown = all.filter((one) => !one.seen && !elsewhere(one) && !here[one.kind]?.hides(one));
  const asked = [...box.querySelectorAll("[data-question]:not([hidden])")].map((one) => one.closest("li").dataset.key);
  const focused = document.activeElement?.closest(".outbox-item [data-act]");
  const at = focused?.dataset.act, on = focused?.closest("li").dataset.key;
  box.querySelector(".outbox-list").replaceChildren(...shown.map(line));
  for (const one of asked) ask(one, true);
  if (at) box.querySelector(`[data-key="${on}"] [data-act=${at}]`)?.focus();
  box.querySelector("[data-list]").hidden = !shown.length;
  say("offline", navigator.onLine === false && box.querySelector("[data-say=kept]")?.hidden);
  if (!all.some((one) => one.state === "waiting")) for (const what of ["kept", "slow", "waits"]) say(what, false);
  const count = all.filter((one) => one.state !== "taken").length;
  try { localStorage.setItem(`unsent-${owner}`, JSON.stringify({ count, path: box.dataset.start })); } catch { /* no warning then */ }
}

// Where it is seen: the head of what is kept.
export function show() {
  scrollTo(0, 0);
  document.getElementById("outbox-title").focus({ preventScroll: true });
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
    const found = { ...one, state: one.state === "waiting" ? "draft" : one.state };  // not sent meanwhile
    if (await here[one.kind]?.edit(found)) return;
    if (navigator.onLine === false) { say("offline", true); return; }  // its page cannot be opened
    await write({ ...found, back: true });
    location.assign(one.page);
  },
  ask: ({ key }) => { ask(key, true); box.querySelector(`[data-key="${key}"] [data-act=stay]`).focus(); },
  stay: ({ key }) => ask(key, false),
  drop: async (one) => { await forget(one.key); here[one.kind]?.dropped?.(one); },
  hide: (one) => forget(one.key),
};
box.addEventListener("click", async (event) => {
  const which = event.target.closest("[data-act]");
  const one = which && await read(which.closest("li").dataset.key);
  if (!one) return;
  await ACTS[which.dataset.act](one);
  if (!["ask", "stay"].includes(which.dataset.act)) list();
});

addEventListener("online", () => { list(); resendAll(); });
addEventListener("offline", list);
document.addEventListener("visibilitychange", () => { if (!document.hidden) { list(); resendAll(); } });
setInterval(() => { if (!document.hidden) resendAll(); }, AGAIN);
document.addEventListener("DOMContentLoaded", async () => {  // when every script of the page has begun
  await Promise.all(begun);
  const now = Date.now();
  for (const one of await own()) {
    const old = { taken: DAY, draft: 7 * DAY }[one.state];
    if (old && now - one.at > old) await forget(one.key);
  }
  await list();
  resendAll();
});
