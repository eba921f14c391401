// Live updates: a part with data-live is asked for again when its case changed.
const body = document.body;

export function connect() {
  const address = body.dataset.liveUrl;
  if (!address || !("EventSource" in window)) return;
  const mark = document.querySelector("[data-live-mark]");
  const stream = new EventSource(address, { withCredentials: true });
  stream.addEventListener("open", () => { if (mark) mark.hidden = false; });
  stream.addEventListener("error", () => { if (mark) mark.hidden = true; });
  stream.addEventListener("case", (event) => announce(event.data));
  stream.addEventListener("many", () => announce(""));
  stream.addEventListener("some", () => announce("some"));  // no number: lists only
  stream.addEventListener("topic", (event) => {
    for (const part of document.querySelectorAll(`[data-live-topic="${CSS.escape(event.data)}"]`)) {
      part.dispatchEvent(new CustomEvent("refresh", { bubbles: false }));
    }
  });
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

const changed = new Set();
let timer = 0;

// Several changes within a moment become one refresh.
function announce(number) {
  changed.add(number);
  clearTimeout(timer);
  timer = setTimeout(refresh, 400);
}

function refresh() {
  const numbers = new Set(changed);
  changed.clear();
  document.dispatchEvent(new CustomEvent("cases-changed"));
  for (const part of document.querySelectorAll("[data-live]")) {
    const only = part.dataset.liveNumber;
    if (only && !numbers.has(only) && !numbers.has("")) continue;
    if (busy(part)) { part.dataset.liveMissed = "1"; tell(part); continue; }
    ask(part);
  }
}

// Lists are asked for at most every data-live-every milliseconds.
const asked = new WeakMap();
function ask(part) {
  const every = Number(part.dataset.liveEvery || 0);
  const rest = (asked.get(part) || 0) + every - Date.now();
  if (rest > 0) { setTimeout(() => ask(part), rest); asked.set(part, Number.MAX_SAFE_INTEGER); return; }
  asked.set(part, Date.now());
  if (!part.isConnected || document.hidden) { part.dataset.liveMissed = "1"; return; }
  part.dispatchEvent(new CustomEvent("refresh", { bubbles: false }));
}
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const part of document.querySelectorAll("[data-live-missed]")) { delete part.dataset.liveMissed; if (!busy(part)) { asked.delete(part); ask(part); } }
});

// Never take away what somebody is typing or has opened.
function busy(part) {
  return part.querySelector("form[data-dirty], [popover]:popover-open") !== null
    || (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select"));
}

function tell(part) {
  const toasts = document.getElementById("toasts");
  if (!toasts || toasts.childElementCount) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = toasts.dataset.reload;
  button.addEventListener("click", () => location.reload());
  toast.append(document.createTextNode(`${toasts.dataset.changed} `), button);
  toasts.append(toast);
}
