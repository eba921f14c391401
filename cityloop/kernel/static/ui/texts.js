// Ready texts: an input that wants some shows a button where there are any; what is chosen goes in
// where the cursor stands.
let box = null;  // the input that is being filled

const dialog = () => document.getElementById("texts");
const fitting = (use) => [...(dialog()?.querySelectorAll("[data-use]") ?? [])].filter((one) => one.dataset.use === use);

function offer() {
  for (const button of document.querySelectorAll("[data-texts-for]")) {
    const input = document.getElementById(button.dataset.textsFor);
    button.hidden = !fitting(input?.dataset.texts).length;
  }
}

function open(input) {
  box = input;
  const mine = fitting(input.dataset.texts);
  for (const one of dialog().querySelectorAll("[data-use]")) one.hidden = !mine.includes(one);
  dialog().showPopover();
  mine[0].querySelector("button").focus();
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-texts-for]");
  if (button) open(document.getElementById(button.dataset.textsFor));
  const chosen = target.closest(".text-choice");
  if (!chosen || !box) return;
  dialog().hidePopover();
  box.focus();
  box.setRangeText(chosen.dataset.text, box.selectionStart, box.selectionEnd, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
});

// Within the input: Alt and T.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.code !== "KeyT" || !event.target.dataset?.texts || !fitting(event.target.dataset.texts).length) return;
  event.preventDefault();
  open(event.target);
});

document.addEventListener("htmx:after:swap", offer);
offer();
