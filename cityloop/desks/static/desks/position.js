// The report's place: where the device is, or an address that was found. The map, where there is
// one, hears of it by the event "place".
const form = document.querySelector("form[data-place]");
const box = form.querySelector("[data-position]");  // none for those who are never there
const ROUGH = 50;  // metres; intake notes what is known less exactly
const OPTIONS = { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 };
const REASONS = { 1: "denied", 2: "off", 3: "late" };

function say(what, metres) {
  if (!box) return;
  for (const part of box.querySelectorAll("[data-say]")) part.hidden = part.dataset.say !== what;
  for (const number of box.querySelectorAll("b")) number.textContent = metres;
}

let measuring = false;
function write(lon, lat, accuracy) {
  const fields = form.elements;
  fields.x.value = lon.toFixed(6);
  fields.y.value = lat.toFixed(6);
  fields.system.value = "wgs84";
  fields.accuracy_m.value = accuracy ?? "";
  measuring = true;
  fields.x.dispatchEvent(new Event("change", { bubbles: true }));
  measuring = false;
  document.dispatchEvent(new CustomEvent("place", { detail: { lon, lat } }));
}

function ask() {
  if (!isSecureContext || !navigator.geolocation) { say("insecure"); return; }
  const button = box.querySelector("button");
  button.disabled = true;
  say("asking");
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    button.disabled = false;
    const metres = Math.max(1, Math.round(coords.accuracy));
    write(coords.longitude, coords.latitude, metres);
    say(metres > ROUGH ? "rough" : "found", metres);
  }, (error) => { button.disabled = false; say(REASONS[error.code]); }, OPTIONS);
}

// A place that a person chose is as exact as they are.
form.addEventListener("change", ({ target }) => {
  if (measuring || !["x", "y", "system"].includes(target.name)) return;
  form.elements.accuracy_m.value = "";
  say("");
});
form.addEventListener("reset", () => say(""));
form.addEventListener("click", (event) => {
  const found = event.target.closest("[data-go-lon]");
  if (!found) return;
  event.preventDefault();
  form.elements.address.value = found.dataset.goName || form.elements.address.value;
  write(Number(found.dataset.goLon), Number(found.dataset.goLat));
});
box?.querySelector("button").addEventListener("click", ask);
if (box) box.hidden = false;
