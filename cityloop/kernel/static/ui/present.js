// Who else is at a case: a line on its page, a mark in the rows of lists. A page that shows a case
// gives a sign of itself while it is in sight; the server forgets those that give none.
import { tab } from "./stream.js";

const { liveUrl: address, member: me } = document.body.dataset;
const words = document.getElementById("live-bar")?.dataset || {};
const EVERY = 25_000;
const at = new Map();
let last = "", given = 0;

// Of several cases on a page the first is meant: a page shows one.
function sign() {
  const part = document.querySelector("[data-live-number]");
  return {
    tab, number: part?.dataset.liveNumber || "",
    filling: Boolean(part?.querySelector("form[data-dirty]")),
    counters: document.querySelector("[data-count], [data-live-box]") !== null,
  };
}

function give(force) {
  if (!address || document.hidden) return;
  const now = sign(), text = JSON.stringify(now);
  if (text === last ? !force && Date.now() - given < EVERY - 2_000 : !now.number && !now.counters && !last) return;
  last = text;
  given = Date.now();
  fetch(address, { method: "POST", credentials: "include", body: text, keepalive: true }).catch(() => { last = ""; });
}

// The stream is open: a server that has started anew knows nobody.
export function greet() { give(last !== ""); }
export function forget() { at.clear(); paint(); }

export function present(data) {
  const { number, people } = JSON.parse(data);
  const others = people.filter(([member]) => `${member}` !== me);
  if (others.length) at.set(number, others); else at.delete(number);
  paint();
}

const list = new Intl.ListFormat(document.documentElement.lang, { style: "narrow", type: "conjunction" });
const named = (people) => list.format(people.map(([, name]) => name));

function paint() {
  for (const part of document.querySelectorAll("[data-live-number]")) {
    const line = part.querySelector("[data-present]"), others = at.get(part.dataset.liveNumber) || [];
    if (!line) continue;
    const filling = others.filter((one) => one[2]), looking = others.filter((one) => !one[2]);
    const said = [filling.length && words.fills.replace("{names}", named(filling)), looking.length && words.looks.replace("{names}", named(looking))];
    const text = said.filter(Boolean).join(" · ");
    if (line.lastElementChild.textContent !== text) line.lastElementChild.textContent = text;
    line.classList.toggle("present-filling", filling.length > 0);
    line.hidden = !text;
  }
  for (const mark of document.querySelectorAll(".on-it")) if (!at.has(mark.dataset.number)) mark.remove();
  for (const [number, others] of at) {
    for (const link of document.querySelectorAll(`[data-live]:not([data-live-number]) a.row-link[href*="${CSS.escape(number)}"]`)) {
      const known = link.parentElement.querySelector(".on-it"), mark = known || document.createElement("span");
      mark.className = "on-it";
      mark.dataset.number = number;
      mark.textContent = words.on.replace("{names}", named(others));
      if (!known) link.after(mark);
    }
  }
}

document.addEventListener("htmx:after:swap", () => { paint(); give(false); });
document.addEventListener("input", () => setTimeout(give));
document.addEventListener("visibilitychange", () => give(true));
setInterval(give, EVERY);
addEventListener("pagehide", () => {
  if (last && address) navigator.sendBeacon(address, JSON.stringify({ tab }));
});
