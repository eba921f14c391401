// Every page: small comforts. All of it is optional: pages work without.
import { filterable } from "./filter.js";
import "./forms.js";
import "./keys.js";
import { connect } from "./live.js";
import "./texts.js";

function enhance(root) {
  // What scrolls sideways can be scrolled with the keyboard.
  for (const wrap of root.querySelectorAll(".table-wrap")) if (wrap.scrollWidth > wrap.clientWidth) wrap.tabIndex = 0;
  for (const select of root.querySelectorAll("select[data-filterable]")) filterable(select);
  // The tab that is open is in sight, also on a narrow screen.
  for (const tabs of root.querySelectorAll(".tabs")) {
    const open = tabs.querySelector("[aria-current], [aria-selected=true]");
    if (open) tabs.scrollLeft = open.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - open.clientWidth) / 2;
  }
}
document.addEventListener("htmx:after:swap", () => enhance(document));
enhance(document);

// Photo pair: the slider uncovers one picture over the other.
document.addEventListener("input", (event) => {
  const pair = event.target.closest("[data-pair]");
  if (pair && event.target.type === "range") pair.style.setProperty("--cut", `${event.target.value}%`);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

// Who says what hinders them need not say where: the link takes the page and its title along.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="/feedback/new/"]');
  if (!link || location.pathname === "/feedback/new/") return;
  link.search = new URLSearchParams({ page: location.pathname, title: document.title.replace(/ · CityLoop$/, "") });
}, true);

connect();
