// Forms: what is typed is not lost, what is pressed goes once.
const body = document.body;

document.addEventListener("input", (event) => {
  const form = event.target.closest("form");
  if (form && form.method === "post") form.dataset.dirty = "1";
});

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

