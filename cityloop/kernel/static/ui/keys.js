// Keys that hold on every page.

// "/" goes to the search.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const search = document.getElementById("topbar-q");
  if (search) { event.preventDefault(); search.focus(); search.select(); }
});
