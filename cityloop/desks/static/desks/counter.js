// The counter: a report by the keyboard alone. Digits choose the classes that come most often
// (with Alt while somebody types), Enter takes what was found first and goes on to the next field.
const form = document.getElementById("report-form");
const field = (name) => form.elements[name];
const found = {
  class_words: () => form.querySelector("#class-choices input[name=class_code]:not(:checked):not([value=''])"),
  address: () => document.querySelector("#beside [data-go-lon]"),
};
const after = { class_words: () => field("address"), address: () => form.querySelector(".report-actions .button-primary") };
const awaited = new Set();  // fields whose Enter waits for what is still being looked up

function choose(digit) {
  const tiles = [...form.querySelectorAll(".tile")];
  const tile = tiles.find((one) => one.querySelector("kbd").textContent === digit);
  if (!tile) return false;
  tile.querySelector("input").click();
  return true;
}

function take(name) {
  const first = found[name]();
  if (!first) return false;
  awaited.delete(name);
  first.click();
  if (name === "class_words") field("class_words").value = "";
  if (document.activeElement === field(name)) after[name]()?.focus();
  return true;
}

document.addEventListener("key", ({ detail: event }) => { if (choose(event.key)) event.preventDefault(); });

form.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  const digit = event.altKey && !event.ctrlKey && /^Digit(\d)$/.exec(event.code);
  if (digit) { if (choose(digit[1])) event.preventDefault(); return; }
  if (event.key !== "Enter") { if (event.key.length === 1 || event.key === "Backspace") awaited.delete(event.target.name); return; }
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    form.requestSubmit(form.querySelector(".report-actions .button-primary"));
  } else if (event.target.name in found) {
    event.preventDefault();
    if (fresh[event.target.name] !== event.target.value) {
      awaited.add(event.target.name);
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    } else take(event.target.name);
  }
});

// What the answer that is shown was asked for: an Enter before it comes waits for it.
const fresh = { class_words: field("class_words").value, address: field("address").value };
let asked = { ...fresh };
document.addEventListener("htmx:before:request", () => { asked = { class_words: field("class_words").value, address: field("address").value }; });
document.addEventListener("htmx:after:swap", () => {
  Object.assign(fresh, asked);
  for (const name of awaited) if (fresh[name] === field(name).value) setTimeout(() => awaited.has(name) && take(name));
});
