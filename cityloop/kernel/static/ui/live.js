// Live updates: a part with data-live is asked for again when what it shows changed.
import { follow } from "./stream.js";
import { forget, greet, present } from "./present.js";

const bar = document.getElementById("live-bar");
let since = 0, waiting = 0;

export function connect() {
  if (document.body.dataset.liveUrl && "EventSource" in window) follow((kind, data) => heard[kind]?.(data));
}

const heard = {
  hello: forget,
  open() {
    clearTimeout(waiting);
    if (since) { since = 0; all(1_000); }
    say("");
    greet();
  },
  lost() {
    if (since) return;
    since = Date.now();
    waiting = setTimeout(say, 3_000, "lost");  // a moment without is nothing to speak of
  },
  ended() { clearTimeout(waiting); since ||= Date.now(); say("ended"); },
  case(data) { const [number, source, target] = data.split(" "); changed(number, source || "", target || ""); },
  many() { all(3_000); },
  topic(name) { for (const part of document.querySelectorAll(`[data-live-topic="${CSS.escape(name)}"]`)) refresh(part); },
  counts(data) { count(JSON.parse(data)); },
  present,
};

// The bar below the top line: no connection, or signed out.
function say(what) {
  const mark = document.querySelector("[data-live-mark]");
  if (mark) mark.hidden = Boolean(what);
  if (what) forget();  // who is at a case is not known any more
  if (!bar) return;
  for (const one of bar.children) one.hidden = one.dataset.when !== what;
  const at = bar.querySelector("time");
  at.dateTime = new Date(since).toISOString();
  at.textContent = new Date(since).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  bar.hidden = !what;
}

const parts = () => document.querySelectorAll("[data-live]");
const moment = (most) => Math.random() * most;

// All is asked for again, not by all pages at once.
function all(most) {
  document.dispatchEvent(new CustomEvent("cases-changed"));
  for (const part of parts()) ask(part, moment(most), 1_000);
  for (const part of document.querySelectorAll("[data-live-topic]")) setTimeout(refresh, moment(most), part);
}

// A case shows itself; a list its rows, and what comes to it. What may only have moved within a
// list waits longer, as does a list that does not say which statuses it holds: each costs the server.
function changed(number, source, target) {
  document.dispatchEvent(new CustomEvent("cases-changed"));
  for (const part of parts()) {
    const { liveNumber: only, liveStatus } = part.dataset;
    if (only) { if (only === number) ask(part, 50 + moment(100), 300); continue; }
    const holds = liveStatus?.split(" ");
    if (part.querySelector(`a[href*="${CSS.escape(number)}"]`)) ask(part, moment(300), 1_000);
    else if (!holds) ask(part, moment(300), 5_000);
    else if (holds.includes(target)) ask(part, moment(300), holds.includes(source) ? 15_000 : 1_000);
  }
}

// Counters come with their numbers; a list whose counter moved is asked for again.
function count(numbers) {
  for (const one of document.querySelectorAll("[data-count]")) {
    const number = numbers[one.dataset.count];
    if (number === undefined) continue;
    one.textContent = number;
    one.closest(".stat")?.classList.toggle("stat-zero", !number);
    if (one.matches(".count")) one.classList.toggle("faint", !number);
  }
  for (const part of document.querySelectorAll("[data-live-box]")) {
    const number = numbers[part.dataset.liveBox], one = stateOf(part);
    if (number !== undefined && one.counted !== undefined && one.counted !== number) ask(part, moment(300), 1_000);
    one.counted = number ?? one.counted;
  }
}

// Ask within so many ms, but `rest` after the last time at the earliest, and later where the server
// was slow to answer, most where little may have changed: many pages then ask less often.
const states = new WeakMap();
const stateOf = (part) => states.get(part) || states.set(part, { last: 0, took: 0, due: Infinity, timer: 0 }).get(part);

function ask(part, within, rest) {
  const one = stateOf(part), now = Date.now();
  const due = Math.max(now + within, one.last + Math.max(rest, (rest > 1_000 ? 25 : 4) * one.took));
  if (due >= one.due) return;
  clearTimeout(one.timer);
  one.due = due;
  one.timer = setTimeout(() => { one.due = Infinity; go(part); }, due - now);
}

function go(part) {
  if (!part.isConnected) return;
  const typing = busy(part);
  if (typing) tell(part);
  if (typing || document.hidden) part.dataset.liveMissed = "1";
  else { stateOf(part).last = Date.now(); refresh(part); }
}

function refresh(part) { part.dispatchEvent(new CustomEvent("refresh", { bubbles: false })); }

function catchUp() {
  for (const part of document.hidden ? [] : document.querySelectorAll("[data-live-missed]")) {
    if (busy(part)) continue;
    delete part.dataset.liveMissed;
    ask(part, 0, 0);
  }
}
document.addEventListener("visibilitychange", catchUp);
document.addEventListener("focusout", () => setTimeout(catchUp));

// Never take away what somebody is typing or has opened. A tick is no typing.
function busy(part) {
  return part.querySelector("form[data-dirty], [popover]:popover-open") !== null
    || (part.contains(document.activeElement) && document.activeElement.matches("input:not([type=checkbox]), textarea, select"));
}

function tell() {
  const { changed, reload } = document.getElementById("toasts").dataset;
  toast(changed, reload, () => location.reload());
}

function toast(words, press, act) {
  const toasts = document.getElementById("toasts");
  if (!toasts || toasts.childElementCount) return;
  const one = document.createElement("div"), button = document.createElement("button");
  one.className = "toast";
  button.type = "button";
  button.textContent = press;
  button.addEventListener("click", () => { one.remove(); act(); });
  one.append(document.createTextNode(`${words} `), button);
  toasts.append(one);
}

// A part that could not be fetched says so; nothing that is no part is put in its place.
const DENIED = [401, 403, 404, 429];

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail, { status, raw } = ctx.response, part = ctx.sourceElement;
  const one = states.get(part);
  if (one?.last) one.took = Date.now() - one.last;
  const out = raw.redirected && new URL(raw.url).pathname.startsWith("/sign-in/");
  if (!out && status < 500 && !DENIED.includes(status)) return;
  event.preventDefault();
  if (out || status === 401) heard.ended();
  else sorry(part);
});
document.addEventListener("htmx:error", (event) => {
  const { ctx, error } = event.detail;
  if (ctx && !ctx.response && error?.name !== "AbortError") sorry(ctx.sourceElement);
});

function sorry(part) {
  const { failed, again } = document.getElementById("toasts").dataset;
  const live = part?.matches?.("[data-live], [data-live-topic]");
  if (live) part.dataset.liveMissed = "1";
  if (since && live) return;  // the bar says it already
  toast(failed, again, () => (live ? refresh(part) : location.reload()));
}
