// Find anything: Ctrl+K or Cmd+K opens a dialog over every page. Without it the button is a link.
const dialog = document.getElementById("palette");
const line = dialog?.querySelector("input");
const list = document.getElementById("palette-hits");

function open() {
  if (dialog.open) return;
  dialog.showModal();
  line.select();
  line.dispatchEvent(new CustomEvent("palette-opened"));
}

function hits() { return [...list.querySelectorAll("a[role=option]")]; }

function choose(hit) {
  for (const one of hits()) one.setAttribute("aria-selected", String(one === hit));
  if (hit) { line.setAttribute("aria-activedescendant", hit.id); hit.scrollIntoView({ block: "nearest" }); }
  else line.removeAttribute("aria-activedescendant");
}

function step(by) {
  const all = hits();
  const now = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (all.length) choose(all[(now + by + all.length) % all.length]);
}

if (dialog) {
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (dialog.open) dialog.close(); else open();
  });
  document.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();  // beside it
    if (!event.target.closest("[data-palette]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
  line.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;  // an input method chooses a word
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) { event.preventDefault(); step(by); }
    if (event.key === "Escape") { event.preventDefault(); dialog.close(); }  // it would empty the line first
    if (event.key !== "Enter") return;
    event.preventDefault();
    (list.querySelector("a[aria-selected=true]") || hits()[0])?.click();
  });
  document.addEventListener("htmx:after:swap", () => {
    if (dialog.open && !list.querySelector("a[aria-selected=true]")) choose(hits()[0]);
  });
}
