// The bench: the list and the chosen case side by side, and its keys. Without it a row is a link.
const bench = document.getElementById("bench"), pane = document.getElementById("pane");
const rows = () => [...bench.querySelectorAll("#cases .row-link")];
const open = () => rows().findIndex((link) => link.hasAttribute("aria-current"));

// Which row stands open: a list that comes anew does not know.
function mark() {
  const number = document.getElementById("case")?.dataset.liveNumber;
  for (const link of rows()) {
    if (link.textContent === number) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

let last = document.getElementById("case")?.dataset.liveNumber;
document.addEventListener("htmx:after:swap", () => {
  mark();
  const number = document.getElementById("case")?.dataset.liveNumber;
  if (number === last) return;
  last = number;
  document.title = number ? `${number} · ${bench.querySelector("h1").textContent}` : document.title;
  pane.scrollTop = 0;
  if (!bench.querySelector(".bench-list").checkVisibility()) scrollTo(0, 0);
  document.getElementById("case-name")?.focus({ preventScroll: true });
});
// Another case does not take away what is typed into this one.
document.addEventListener("htmx:before:request", (event) => {
  if (event.detail.ctx.target !== pane || !pane.querySelector("form[data-dirty]")) return;
  if (!confirm(bench.dataset.unsent)) event.preventDefault();
});
// Back and forward: only the case beside the list is another.
document.addEventListener("htmx:before:history:restore", (event) => {
  event.preventDefault();
  htmx.ajax("GET", event.detail.path, { target: pane, swap: "innerHTML" });
});

function go(link) {
  if (!link) return false;
  link.focus({ preventScroll: true });
  link.closest("tr").scrollIntoView({ block: "nearest" });
  return true;
}

function step(by) {
  const all = rows(), at = all.indexOf(document.activeElement), from = at < 0 ? open() : at;
  return go(all[from < 0 ? 0 : Math.min(Math.max(from + by, 0), all.length - 1)]);
}

const ACTS = {
  down: () => step(1),
  up: () => step(-1),
  open: () => { (rows().find((link) => link === document.activeElement) ?? rows()[Math.max(open(), 0)])?.click(); return true; },
  next: () => { (rows()[open() + 1] ?? bench.querySelector("#cases [rel=next]"))?.click(); return true; },
  step(key) {
    const form = pane.querySelectorAll(".steps > *")[Number(key) - 1];
    if (!form?.matches("details")) return false;
    form.open = true;
    form.querySelector(".field :is(input, select, textarea):not([type=hidden]), .form-actions .button").focus();
    form.scrollIntoView({ block: "nearest" });
    return true;
  },
  help: () => { document.getElementById("keys").showPopover(); return true; },
};
const KEYS = new Map([...document.querySelectorAll("#keys [data-act]")].flatMap((row) => row.dataset.keys.split(" ").map((key) => [key, row.dataset.act])));

document.addEventListener("key", ({ detail: event }) => {
  if (document.querySelector("[popover]:popover-open, dialog[open]")) return;
  // Arrows move what has the focus elsewhere: a choice, a page that scrolls.
  if (event.key.startsWith("Arrow") && event.target !== document.body && !event.target.closest(".bench-list")) return;
  if (ACTS[KEYS.get(event.key.length === 1 ? event.key.toLowerCase() : event.key)]?.(event.key)) event.preventDefault();
});

// These are no single characters: they hold within fields, too.
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || document.querySelector("[popover]:popover-open, dialog[open]")) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest("form.step-form") ?? pane.querySelector("details.step[open] form");
    if (form) { event.preventDefault(); form.requestSubmit(); }
  } else if (event.key === "Escape" && pane.contains(event.target)) {
    if (event.target.matches("input, select, textarea")) document.getElementById("case-name")?.focus();
    else go(rows()[Math.max(open(), 0)]);
  }
});

mark();
rows()[open()]?.closest("tr").scrollIntoView({ block: "nearest" });

// A list that comes anew keeps its ticks.
const boxes = () => document.querySelectorAll("input[name=case][form=bulk]");
const ticked = new Set([...boxes()].filter((box) => box.checked).map((box) => box.value));
document.addEventListener("change", ({ target }) => {
  if (target.matches("input[name=case][form=bulk]")) ticked[target.checked ? "add" : "delete"](target.value);
});
document.addEventListener("htmx:after:swap", () => { for (const box of boxes()) box.checked = ticked.has(box.value); });
