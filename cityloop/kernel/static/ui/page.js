// Every page: live updates, small comforts. All of it is optional: pages work without.
const body = document.body;

// A row or panel with data-live="case-changed" is asked for again when the server says that its case changed.
function connect() {
  const address = body.dataset.liveUrl;
  if (!address || !("EventSource" in window)) return;
  const mark = document.querySelector("[data-live-mark]");
  const stream = new EventSource(address, { withCredentials: true });
  stream.addEventListener("open", () => { if (mark) mark.hidden = false; });
  stream.addEventListener("error", () => { if (mark) mark.hidden = true; });
  stream.addEventListener("case", (event) => announce(event.data));
  addEventListener("pagehide", () => stream.close());
}

const waiting = new Set();
let timer = 0;

// Several changes within a moment become one refresh.
function announce(number) {
  waiting.add(number);
  clearTimeout(timer);
  timer = setTimeout(refresh, 400);
}

function refresh() {
  const numbers = new Set(waiting);
  waiting.clear();
  for (const part of document.querySelectorAll("[data-live]")) {
    const only = part.dataset.liveNumber;
    if (only && !numbers.has(only)) continue;
    // Never take away what somebody is typing.
    if (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) continue;
    part.dispatchEvent(new CustomEvent("refresh", { bubbles: false }));
  }
}

// Filters that change a list on their own; without JavaScript the button does it.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-auto]");
  if (form && event.target.matches("select, input[type=checkbox], input[type=radio], input[type=date]")) form.requestSubmit();
});

// One press, one request: a form that is under way does not go twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 8000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Photo pair: the slider uncovers one picture over the other. A custom property set by script is no inline style of the page.
document.addEventListener("input", (event) => {
  const pair = event.target.closest("[data-pair]");
  if (pair && event.target.type === "range") pair.style.setProperty("--cut", `${event.target.value}%`);
});

// "/" goes to the search.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const search = document.getElementById("topbar-q");
  if (search) { event.preventDefault(); search.focus(); search.select(); }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

connect();
