// Every page: live updates, small comforts. All of it is optional: pages work without.
const body = document.body;

// --- live updates: a part with data-live is asked for again when its case changed ---------------

function connect() {
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

document.addEventListener("input", (event) => {
  const form = event.target.closest("form");
  if (form && form.method === "post") form.dataset.dirty = "1";
});

// --- forms --------------------------------------------------------------------------------------

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
  const large = [...form.querySelectorAll("input[type=file]")].find((box) => box.validity.customError);
  if (large) { event.preventDefault(); large.reportValidity(); return; }  // the form may be novalidate
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 8000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Who signs out while something filled in is not sent yet is told so, once; what keeps it says how
// much and where in the storage of this browser.
document.addEventListener("submit", (event) => {
  const note = event.target.querySelector(":scope[data-unsent] > [hidden]");
  const kept = note && JSON.parse(localStorage.getItem(event.target.dataset.unsent) || "null");
  if (!kept?.count) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  note.querySelector("b").textContent = kept.count;
  note.querySelector("a").href = kept.path;
  note.hidden = false;
}, true);

// A long select gets a line to type in: words, codes and pinyin initials narrow it.
function filterable(select) {
  if (select.dataset.filterReady) return;
  select.dataset.filterReady = "1";
  const all = [...select.querySelectorAll("option")].map((option) => ({
    option, words: `${option.textContent} ${option.dataset.words || ""}`.toLowerCase(),
  }));
  const line = document.createElement("input");
  line.type = "search";
  line.className = "input filter-line";
  line.placeholder = document.getElementById("toasts")?.dataset.typing || "";
  line.setAttribute("aria-label", `${select.labels?.[0]?.textContent.replace("*", "").trim() || ""} ${line.placeholder}`);
  line.autocomplete = "off";
  line.addEventListener("input", () => {
    const typed = line.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    for (const { option, words } of all) {
      const fits = typed.every((word) => words.includes(word));
      option.hidden = option.disabled = option.value !== "" && !fits;
    }
    for (const group of select.querySelectorAll("optgroup")) group.hidden = ![...group.children].some((option) => !option.hidden);
    const fitting = all.filter(({ option }) => option.value && !option.hidden);
    const now = select.selectedOptions[0];
    if (typed.length && fitting.length && (!now?.value || now.hidden)) {
      fitting[0].option.selected = true;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  select.before(line);
}
function enhance(root) {
  // What scrolls sideways can be scrolled with the keyboard.
  for (const wrap of root.querySelectorAll(".table-wrap")) if (wrap.scrollWidth > wrap.clientWidth) wrap.tabIndex = 0;
  for (const select of root.querySelectorAll("select[data-filterable]")) filterable(select);
  // The tab that is open is in sight, also on a narrow screen.
  for (const tabs of root.querySelectorAll(".tabs")) {
    const open = tabs.querySelector("[aria-current], [aria-selected=true]");
    if (open) tabs.scrollLeft = open.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - open.clientWidth) / 2;
  }
}
document.addEventListener("htmx:after:swap", () => enhance(document));
enhance(document);

// --- forms ---------------------------------------------------------------------------------------

// Files that the server would refuse are named before they travel, so nothing typed is lost.
document.addEventListener("change", ({ target: box }) => {
  if (box.type !== "file") return;
  const boxes = box.form ? [...box.form.querySelectorAll("input[type=file]")] : [box];
  const all = boxes.flatMap((one) => [...one.files]).reduce((sum, file) => sum + file.size, 0);
  for (const one of boxes) {
    const large = [...one.files].some((file) => file.size > Number(body.dataset.fileMost));
    const most = large || (one === box && all > Number(body.dataset.bodyMost));
    one.setCustomValidity(most ? body.dataset.tooLarge : "");
  }
  if (box.validity.customError) box.reportValidity();
});

// What is looked up beside a form needs none of its files.
document.addEventListener("htmx:config:request", (event) => {
  if (!event.target.closest("[data-without-files]")) return;
  const sent = event.detail.ctx.request.body;
  for (const [name, value] of [...sent]) if (value instanceof File) sent.delete(name);
});

// --- pictures, keys, print ----------------------------------------------------------------------

// Photo pair: the slider uncovers one picture over the other.
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
