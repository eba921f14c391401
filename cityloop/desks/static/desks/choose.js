// What is offered beside a form is chosen in it by one press, and the form keeps what is typed.
// Without it the link opens the page with that choice made.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-choose]"), select = link && document.getElementById(link.dataset.choose);
  const option = select && [...select.options].find((one) => one.value === link.dataset.value);
  if (!option) return;
  event.preventDefault();
  option.hidden = option.disabled = false;  // a word typed above may have put it away
  option.selected = true;
  select.dispatchEvent(new Event("input", { bubbles: true }));
  select.dispatchEvent(new Event("change", { bubbles: true }));
  select.focus();
});
