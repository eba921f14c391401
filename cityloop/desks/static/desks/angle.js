// A photo from the angle of an earlier one, which lies over the camera's picture. What is taken goes
// the form's camera way, as if the device's own camera had brought it; without it the form is whole.
// A picture from here has no EXIF: when, where and of which case are written into it (F08).
const dialog = document.getElementById("angle");
const [video, over, taken] = ["video", ".angle-over", ".angle-taken"].map((one) => dialog.querySelector(one));
const WANTED = { audio: false, video: { facingMode: "environment", width: { ideal: 3840 }, height: { ideal: 2160 } } };
const REASONS = { NotAllowedError: "denied", SecurityError: "denied", NotFoundError: "none", OverconstrainedError: "none" };
const EXACT = { enableHighAccuracy: true, timeout: 20000, maximumAge: 60000 };
const WHEN = new Intl.DateTimeFormat("sv", { timeZone: dialog.dataset.zone, dateStyle: "short", timeStyle: "medium" });
let opener, earlier, stream, shot, watch, place, turn = 0;  // a turn ends when the dialog closes

function show(state, focus) {
  for (const part of dialog.querySelectorAll("[data-in]")) part.hidden = !part.dataset.in.split(" ").includes(state);
  dialog.querySelector(`[data-act=${focus}]`)?.focus();
}

function stop(what) {
  for (const track of what?.getTracks() || []) track.stop();
}

function fade() {
  const much = Number(dialog.querySelector("input").value);
  over.style.opacity = much / 100;
  over.style.visibility = much ? "" : "hidden";
}

async function start() {
  show("asking");
  if (!isSecureContext || !navigator.mediaDevices?.getUserMedia) { show("insecure"); return; }
  const mine = turn;
  try {
    const found = await navigator.mediaDevices.getUserMedia(WANTED);
    if (mine !== turn) { stop(found); return; }  // closed while the browser asked
    stream = found;
    for (const track of stream.getTracks()) track.addEventListener("ended", () => { if (mine === turn) fail(); });
    video.srcObject = stream;
    await video.play();
    if (mine !== turn) return;
    show("live", "take");
    watch = navigator.geolocation?.watchPosition(({ coords }) => { if (mine === turn) place = coords; }, () => {}, EXACT);
  } catch (error) {
    if (mine === turn) fail(error);
  }
}

function fail(error) {
  end();
  show(REASONS[error?.name] || "busy", "close");
}

// The camera is off, and the picture that nobody used is forgotten.
function end() {
  turn += 1;
  stop(stream);
  stream = video.srcObject = null;
  if (watch) navigator.geolocation.clearWatch(watch);
  watch = place = null;
  forget();
}

function forget() {
  if (shot) URL.revokeObjectURL(taken.src);
  taken.removeAttribute("src");
  shot = null;
}

function degrees({ latitude: y, longitude: x, accuracy }) {
  return `${Math.abs(y).toFixed(5)}${y < 0 ? "S" : "N"} ${Math.abs(x).toFixed(5)}${x < 0 ? "W" : "E"} WGS84 (${Math.ceil(accuracy)} M)`;
}

// Our own reader (evidence/stamps.py) understands the date; behind the letters as little as need be.
function write(canvas, at) {
  const pen = canvas.getContext("2d"), size = Math.max(16, Math.round(Math.max(canvas.width, canvas.height) / 45));
  const lines = [WHEN.format(at), place && degrees(place), `CASE ${dialog.dataset.case}`].filter(Boolean);
  pen.font = `${size}px sans-serif`;
  pen.textBaseline = "middle";
  lines.reverse().forEach((line, row) => {
    const top = canvas.height - (row + 1) * size * 1.4;
    pen.fillStyle = "rgb(0 0 0 / 70%)";
    pen.fillRect(0, top, pen.measureText(line).width + size, size * 1.4 + 1);
    pen.fillStyle = "#fff";
    pen.fillText(line, size / 2, top + size * 0.7);
  });
}

const ACTS = {
  take() {
    const mine = turn, at = Date.now(), canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d").drawImage(video, 0, 0);
    write(canvas, at);
    canvas.toBlob((picture) => {
      if (mine !== turn) return;
      if (!picture) { fail(); return; }
      forget();
      shot = { picture, at };
      taken.src = URL.createObjectURL(picture);
      show("taken", "use");
    }, "image/jpeg", 0.92);
  },
  again() {
    forget();
    show("live", "take");
  },
  next() {
    earlier.push(earlier.shift());
    over.src = earlier[0];
  },
  use() {
    const { picture, at } = shot, bag = new DataTransfer();
    const local = new Date(at - new Date(at).getTimezoneOffset() * 60000).toISOString();
    const name = `${opener.dataset.name}-${local.slice(0, 19).replace(/\D/g, "")}.jpg`;
    bag.items.add(new File([picture], name, { type: "image/jpeg", lastModified: at }));
    const input = opener.closest("[data-ways]").querySelector("input[capture]");
    dialog.close();
    input.files = bag.files;
    for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
  },
  close: () => dialog.close(),
};

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-angle]"), act = target.closest("#angle [data-act]");
  if (act) ACTS[act.dataset.act]();
  if (!button) return;
  opener = button;
  opener.closest("form").dataset.dirty = "1";  // no live change takes the form away meanwhile
  earlier = button.dataset.angle.split(" ");
  over.src = earlier[0];
  dialog.querySelector("[data-act=next]").hidden = earlier.length < 2;
  dialog.showModal();
  fade();
  start();
});
dialog.addEventListener("input", fade);
dialog.addEventListener("close", end);
addEventListener("pagehide", () => { dialog.close(); end(); });
