// Pictures large: zoom, move, turn, the next one; two of a pair move together. Without this script
// each opens in a dialog of its own.
const viewer = document.getElementById("viewer");
const stage = viewer?.querySelector("[data-stage]");
const MOST = 8, STEP = 1.4;
let shown = [];  // what the arrow keys go through: {src, tag, words, original}
let at = 0;
let view = { scale: 1, x: 0, y: 0, turn: 0 };

function photos() {
  return [...document.querySelectorAll("button.photo[popovertarget]")].map((button) => {
    const own = document.getElementById(button.getAttribute("popovertarget"));
    return {
      button, src: own.querySelector("img").getAttribute("src"), tag: own.getAttribute("aria-label"),
      words: own.querySelector("p")?.textContent || "", original: own.querySelector("a[href]")?.href,
    };
  });
}

function apply() {
  for (const picture of stage.querySelectorAll("img")) {
    picture.style.transform = `translate(${view.x}px, ${view.y}px) rotate(${view.turn}deg) scale(${view.scale})`;
  }
  viewer.querySelector("[data-scale]").textContent = `${Math.round(view.scale * 100)} %`;
}

function reset() { view = { scale: 1, x: 0, y: 0, turn: 0 }; apply(); }

function zoom(by) {
  view.scale = Math.min(MOST, Math.max(1, view.scale * by));
  if (view.scale === 1) view.x = view.y = 0;
  apply();
}

function figure({ src, tag }) {
  const box = document.createElement("figure"), picture = new Image(), words = document.createElement("figcaption");
  picture.src = src;
  picture.alt = tag;
  picture.draggable = false;
  words.className = "photo-tag";
  words.textContent = tag;
  box.append(picture, words);
  return box;
}

function show(pictures, words, original) {
  stage.replaceChildren(...pictures.map(figure));
  stage.classList.toggle("viewer-two", pictures.length > 1);
  viewer.querySelector("[data-words]").textContent = words;
  const link = viewer.querySelector("[data-original]");
  link.hidden = !original;
  if (original) link.href = original;
  for (const turn of viewer.querySelectorAll("[data-next]")) turn.hidden = shown.length < 2;
  reset();
  if (!viewer.open) viewer.showModal();
}

function go(to) {
  at = (to + shown.length) % shown.length;
  const { src, tag, words, original } = shown[at];
  show([{ src, tag }], shown.length > 1 ? `${at + 1} / ${shown.length} · ${words}` : words, original);
}

const ACTS = {
  "next": () => go(at + 1), "back": () => go(at - 1), "in": () => zoom(STEP), "out": () => zoom(1 / STEP),
  "turn": () => { view.turn = (view.turn + 90) % 360; apply(); }, "fit": reset, "close": () => viewer.close(),
};
const KEYS = { ArrowRight: "next", ArrowLeft: "back", "+": "in", "=": "in", "-": "out", "0": "fit", r: "turn" };

if (viewer) {
  document.addEventListener("click", (event) => {
    const photo = event.target.closest("button.photo[popovertarget]"), two = event.target.closest("[data-pair-large]");
    if (!photo && !two) return;
    event.preventDefault();
    shown = two ? [] : photos();
    if (photo) { go(shown.findIndex(({ button }) => button === photo)); return; }
    const pair = two.closest("[data-pair-frame]").querySelectorAll("[data-pair] > img");
    show([...pair].map((picture) => ({ src: picture.getAttribute("src"), tag: picture.alt })), "");
  });
  viewer.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (act) ACTS[act]();
  });
  viewer.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? "" : KEYS[event.key];
    if (!act || (/next|back/.test(act) && shown.length < 2)) return;
    event.preventDefault();
    ACTS[act]();
  });
  stage.addEventListener("wheel", (event) => { event.preventDefault(); zoom(event.deltaY < 0 ? STEP : 1 / STEP); }, { passive: false });
  stage.addEventListener("dblclick", () => { if (view.scale > 1) reset(); else zoom(STEP * STEP); });
  stage.addEventListener("pointerdown", (event) => { stage.setPointerCapture(event.pointerId); });
  stage.addEventListener("pointermove", (event) => {
    if (!stage.hasPointerCapture(event.pointerId) || view.scale === 1) return;
    view.x += event.movementX;
    view.y += event.movementY;
    apply();
  });
  viewer.addEventListener("close", () => stage.replaceChildren());
}
