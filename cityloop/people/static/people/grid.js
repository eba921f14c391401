// The responsibility grid under the hands: arrows move, Space chooses, Shift chooses all between.
const table = document.querySelector("[data-grid]");
const lines = [...(table?.querySelectorAll("tr[data-cells]") || [])].map((line) =>
  [...line.querySelectorAll("td")].map((cell) => cell.querySelector("input")));
const boxes = lines.flat().filter(Boolean);
let anchor = boxes[0];

const place = (box) => {
  const row = lines.findIndex((line) => line.includes(box));
  return [row, lines[row].indexOf(box)];
};

function tell() {
  for (const box of boxes) box.closest("td").setAttribute("aria-selected", box.checked);
  document.querySelector("[data-chosen] b").textContent = boxes.filter((box) => box.checked).length;
}

function enter(box) {
  for (const one of boxes) one.tabIndex = one === box ? 0 : -1;
  box.focus();
}

// Everything between two cells, as a rectangle.
function choose(from, to) {
  const [[top, left], [bottom, right]] = [place(from), place(to)];
  for (let row = Math.min(top, bottom); row <= Math.max(top, bottom); row += 1)
    for (let column = Math.min(left, right); column <= Math.max(left, right); column += 1)
      if (lines[row][column]) lines[row][column].checked = true;
  tell();
}

// The next cell in a direction that may be chosen; at the edge the same.
function next(box, down, right) {
  let [row, column] = place(box);
  do { row += down; column += right; } while (lines[row] && column in lines[row] && !lines[row][column]);
  return lines[row]?.[column] || box;
}

const ends = { Home: (line) => line.find(Boolean), End: (line) => line.findLast(Boolean) };
const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function press(event) {
  const box = event.target;
  if (!boxes.includes(box) || event.altKey || event.ctrlKey || event.metaKey) return;
  const to = arrows[event.key] ? next(box, ...arrows[event.key]) : ends[event.key]?.(lines[place(box)[0]]);
  if (!to) return;
  event.preventDefault();
  if (event.shiftKey) choose(anchor, to);
  else anchor = to;
  enter(to);
}

function click(event) {
  const box = event.target.closest("td")?.querySelector("input");
  if (!box) return;
  if (event.shiftKey) {
    event.preventDefault();
    setTimeout(() => { choose(anchor, box); enter(box); }); // the browser first undoes its own tick
  } else if (event.target === box) {
    anchor = box;
    enter(box);
  }
}

if (boxes.length) {
  table.setAttribute("role", "grid");
  table.setAttribute("aria-multiselectable", "true");
  for (const one of document.querySelectorAll("[data-tools], [data-chosen]")) one.hidden = false;
  for (const box of boxes) box.tabIndex = box === anchor ? 0 : -1;
  table.addEventListener("keydown", press);
  table.addEventListener("click", click);
  table.addEventListener("change", tell);
  document.addEventListener("click", (event) => {
    const which = event.target.closest("[data-choose]")?.dataset.choose;
    if (!which) return;
    for (const box of boxes) box.checked = which === "open" && box.closest(".cell-hole, .cell-owners, .cell-ground") !== null;
    tell();
  });
  tell();
}
