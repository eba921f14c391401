// A long select gets a line to type in: words, codes and pinyin initials narrow it.
export function filterable(select) {
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
