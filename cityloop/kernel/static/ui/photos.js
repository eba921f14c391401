// Files of a form: what is chosen adds up, is shown, and can be taken out again. Without this
// script the inputs work as browsers have them.
const FRESH = 10 * 60 * 1000;  // what the camera gave is younger than this, in ms
const held = new WeakMap();  // input -> the files it holds; browsers forget them at the next choice
const shown = new WeakMap();  // list -> addresses of its pictures
const inputs = (ways) => [...ways.querySelectorAll("input[type=file]")];
const same = (one, other) => one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;

function hold(input, files) {
  const bag = new DataTransfer();
  for (const file of files) bag.items.add(file);
  input.files = bag.files;
  held.set(input, [...files]);
}

// An older file that came by the camera's way was picked, not taken: it goes to the album's.
document.addEventListener("change", (event) => {
  const input = event.target, ways = input.type === "file" && input.closest("[data-ways]");
  if (!ways) return;
  const album = inputs(ways).at(-1), chosen = [...input.files];
  hold(input, held.get(input));
  for (const file of chosen) {
    if (inputs(ways).some((one) => [...one.files].some((there) => same(there, file)))) continue;
    const into = Date.now() - file.lastModified < FRESH ? input : album;
    hold(into, [...into.files, file]);
  }
  draw(ways);
}, true);

function draw(ways) {
  const list = ways.querySelector(".ways-chosen"), album = inputs(ways).at(-1);
  for (const address of shown.get(list) || []) URL.revokeObjectURL(address);
  shown.set(list, []);
  const all = inputs(ways).flatMap((input) => [...input.files].map((file) => ({ input, file })));
  list.replaceChildren(...all.map((one) => item(ways, list, one, one.input === album)));
  list.hidden = !all.length;
  album.required = "needed" in ways.dataset && !all.length;
}

function item(ways, list, { input, file }, album) {
  const line = ways.querySelector("template").content.firstElementChild.cloneNode(true);
  const picture = line.querySelector("img"), drop = line.querySelector("button"), badge = line.querySelector("[data-album]");
  const image = file.type.startsWith("image/");
  if (image) {
    picture.src = URL.createObjectURL(file);
    picture.alt = file.name;
    shown.get(list).push(picture.src);
  }
  picture.hidden = !image;
  line.querySelector(".way-name").hidden = image;
  line.querySelector(".way-name span").textContent = file.name;
  if (badge) badge.hidden = !(album && image);
  drop.addEventListener("click", () => {
    hold(input, [...input.files].filter((one) => one !== file));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    ways.querySelector("input").focus();
  });
  return line;
}

function enhance() {
  for (const ways of document.querySelectorAll("[data-ways]")) {
    ways.classList.add("ways-live");
    for (const input of inputs(ways)) held.set(input, [...input.files]);
    draw(ways);
  }
}
document.addEventListener("htmx:after:swap", enhance);
// Somebody else filled or emptied the inputs.
document.addEventListener("files-set", enhance);
document.addEventListener("reset", () => setTimeout(enhance));
enhance();
