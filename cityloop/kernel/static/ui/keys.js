// Keys that hold on every page. Single keys rest while somebody types, and can be switched off.

// With an input method (IME) Enter and letters choose words: they are no keys of ours.
function typed(event) {
  return event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey
    || document.body.dataset.keys === "off"
    || event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

// "/" goes to the search; what else there is, the page knows.
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || typed(event)) return;
  const search = event.key === "/" && document.getElementById("topbar-q");
  if (search) { event.preventDefault(); search.focus(); search.select(); }
  else document.dispatchEvent(new CustomEvent("key", { detail: event }));
});
