// A form and what is kept of it: out of the form, into it again, and the server's words at its
// fields.
import { alone, keep, photosOf } from "./kept.js";
import { send } from "./outbox.js";

const PATIENCE = 8_000;  // ms
const PLAIN = ["csrfmiddlewaretoken", "repeat_key"];
const PRESENT = [...PLAIN, "version", "bench"];  // these stay as the page has them

export function filled(form) {
  const all = [...new FormData(form)].filter(([name]) => !PLAIN.includes(name));
  const fields = all.filter(([, value]) => typeof value === "string");
  const files = all.filter(([, value]) => typeof value !== "string" && value.size);
  return { fields, files, count: files.length };
}

export async function fillIn(form, record) {
  for (const one of form.elements) {
    if (!one.name || PRESENT.includes(one.name) || ["radio", "file"].includes(one.type)) continue;
    const said = record.fields.filter(([name]) => name === one.name).map(([, value]) => value);
    if (one.type === "checkbox") one.checked = said.includes(one.value);
    else if (said.length) one.value = said[0];
    if (one.selectedIndex === -1) one.selectedIndex = 0;  // that choice is no more
  }
  const photos = await photosOf(record.key);
  for (const input of form.querySelectorAll("input[type=file]")) {
    const bag = new DataTransfer();
    for (const [name, file] of photos) if (name === input.name) bag.items.add(file);
    input.files = bag.files;
  }
  document.dispatchEvent(new Event("files-set"));
}

// What the server says against it, at its fields; the sentences that belong to none are given back.
export function correct(form, told) {
  for (const old of form.querySelectorAll(".field > .field-error")) old.remove();
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  const elsewhere = [];
  for (const { name, reason, sentence } of told) {
    const input = name && form.querySelector(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
    if (!input) { elsewhere.push(sentence); continue; }
    const words = document.getElementById("field-error").content.firstElementChild.cloneNode(true);
    const id = input.id || input.closest("[data-ways]").id;
    words.id = `${id}-error`;
    words.querySelector("span").textContent = reason;
    input.closest(".field").append(words);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", `${id}-help ${words.id}`);
  }
  return elsewhere;
}

// Shows the worst field, else the top of the page, where the rest is said.
export function lead(form, told) {
  const worst = form.querySelector("[aria-invalid=true]");
  if (worst) worst.closest(".field").scrollIntoView({ block: "center" });
  else if (told.length) scrollTo(0, 0);
  worst?.focus({ preventScroll: true });
}

export const tooLarge = (form) => [...form.querySelectorAll("input[type=file]")].some((one) => one.validity.customError);

export function work(form, on) {
  form.querySelector(".form-actions .button").setAttribute("aria-disabled", on);
  form.querySelector("[data-idle]").hidden = on;
  form.querySelector("[data-busy]").hidden = !on;
  if (!on) delete form.dataset.sent;
}

// Keeps it and sends it: { kept, after }. Nobody waits longer than PATIENCE where it is kept.
export async function press(record, files) {
  const kept = await keep(record, files).then(() => true, () => false);
  const slow = kept && new Promise((soon) => setTimeout(soon, PATIENCE, { state: "slow" }));
  const after = await Promise.race([alone(record.key, () => send(record, files, false)), slow].filter(Boolean));
  if (kept && after?.state !== "taken") navigator.storage?.persist?.();
  return { kept, after };
}
