// The ground on a map: unit grids are chosen, one line or one outline is drawn. Whatever is drawn is
// written into the form's field, a corner a line, and what is typed there is drawn: the field counts.
const box = document.querySelector("[data-ground-map]");
const config = JSON.parse(document.getElementById("ground-map")?.textContent ?? "{}");
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const find = (what) => document.querySelector(what);
const NEAR = 10; // pixels within which a corner of the map is meant
const fields = { line: find("[data-corners=line]"), outline: find("[data-corners=outline]") };
const none = { type: "FeatureCollection", features: [] };
let map, corners = [], mode = "", held = -1; // corners: of the map, to snap to; held: the one dragged

const read = (field) => field.value.trim().startsWith("{") ? null : field.value.split("\n")
  .map((line) => line.trim().split(/[\s,;，；]+/).map(Number)).filter((at) => at.length === 2 && at.every(Number.isFinite));
const flat = (part) => (typeof part?.[0] === "number" ? [part] : part?.flatMap(flat) ?? []);
// GeoJSON is shown as it is written, and changed by hand.
function written(field) {
  try { return read(field) ? null : JSON.parse(field.value); } catch { return null; }
}
const points = () => (mode && read(fields[mode])) || [];

function write(list) {
  const field = fields[mode];
  if (list.length && field.value.trim().startsWith("{")) return; // GeoJSON is changed by hand, or cleared
  field.value = list.map(([x, y]) => `${x.toFixed(9)} ${y.toFixed(9)}`).join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// A corner of a border that lies under the pointer, else the place itself.
function snapped({ point, lngLat }) {
  let best = [lngLat.lng, lngLat.lat], least = NEAR;
  for (const at of corners) {
    const there = map.project(at);
    const far = Math.hypot(there.x - point.x, there.y - point.y);
    if (far < least) { least = far; best = at; }
  }
  return best;
}

function drawing() {
  const list = points(), closed = mode === "outline", dense = list.length > 60; // handles when one is near
  const dots = list.map((at, index) => ({ type: "Feature", properties: { index, mid: false, dense }, geometry: { type: "Point", coordinates: at } }));
  const features = [...dots];
  if (list.length > 1) {
    const ring = closed && list.length > 2 ? [...list, list[0]] : list;
    features.push({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: ring } });
    if (closed) for (let n = 0; n + 1 < ring.length; n += 1)
      features.push({ type: "Feature", properties: { index: n + 1, mid: true, dense }, geometry: { type: "Point", coordinates: [(ring[n][0] + ring[n + 1][0]) / 2, (ring[n][1] + ring[n + 1][1]) / 2] } });
  }
  const whole = mode && written(fields[mode]);
  if (whole?.coordinates) features.push({ type: "Feature", properties: {}, geometry: whole });
  map.getSource("drawing").setData({ type: "FeatureCollection", features });
  find("[data-undo]").disabled = !list.length;
  find("[data-clear]").disabled = !mode || !fields[mode].value.trim();
}

function choose(now) {
  mode = now;
  for (const one of document.querySelectorAll("[data-draw]")) one.setAttribute("aria-pressed", one.dataset.draw === mode);
  find("[data-hint]").textContent = mode ? config.words[mode] : find("[name=grid]") ? config.words.choose : "";
  map.getCanvas().style.cursor = mode ? "crosshair" : "";
  if (mode) { const fold = fields[mode].closest("details"); if (fold) fold.open = true; }
  drawing();
}

// The check boxes count: the map shows them and presses them.
function tell() {
  const boxes = [...document.querySelectorAll("[name=grid]")];
  for (const one of boxes) map.setFeatureState({ source: "ground", id: one.value }, { chosen: one.checked });
  const sum = find("[data-chosen] b");
  if (sum) { sum.textContent = boxes.filter((one) => one.checked).length; sum.parentElement.hidden = false; }
}

function handles() {
  const hit = (event) => map.queryRenderedFeatures(event.point, { layers: ["dots"] })[0]?.properties;
  const grab = (event) => {
    const dot = mode && hit(event);
    if (!dot) return;
    event.preventDefault(); // the map stays where it is
    if (dot.mid) { const list = points(); list.splice(dot.index, 0, [event.lngLat.lng, event.lngLat.lat]); write(list); }
    held = dot.index;
  };
  const drag = (event) => { if (held >= 0) { const list = points(); list[held] = [event.lngLat.lng, event.lngLat.lat]; write(list); } };
  const drop = (event) => { if (held >= 0) { const list = points(); list[held] = snapped(event); write(list); setTimeout(() => { held = -1; }); } };
  const hands = { mousedown: grab, touchstart: grab, mousemove: drag, touchmove: drag, mouseup: drop, touchend: drop };
  for (const [name, act] of Object.entries(hands)) map.on(name, act);
  map.on("dblclick", (event) => {
    if (!mode) return;
    event.preventDefault();
    const dot = hit(event), list = points();
    if (mode === "line") choose("");
    else if (dot && !dot.mid && list.length > 3) write(list.toSpliced(dot.index, 1));
  });
  map.on("click", (event) => {
    if (mode && held < 0 && !hit(event)) write([...points(), snapped(event)]);
    if (mode) return;
    const code = map.queryRenderedFeatures(event.point, { layers: ["grids"] })[0]?.properties.code;
    const one = code && find(`[name=grid][value="${code}"]`);
    if (!one) return;
    one.click();
    one.scrollIntoView({ block: "nearest" });
  });
}

function buttons() {
  find("[data-tools]").hidden = false;
  document.addEventListener("click", (event) => {
    const draw = event.target.closest("[data-draw]");
    if (draw) choose(mode === draw.dataset.draw ? "" : draw.dataset.draw);
    if (event.target.closest("[data-undo]")) write(points().slice(0, -1));
    if (event.target.closest("[data-clear]")) write([]);
  });
  document.addEventListener("input", ({ target }) => { if (target.dataset?.corners === mode) drawing(); });
  document.addEventListener("change", ({ target }) => { if (target.name === "grid") tell(); });
}

function style() {
  const tiles = (layer, minzoom, maxzoom) => ({ type: "vector", tiles: [`${location.origin}/tiles/${layer}/{z}/{x}/{y}.mvt`], minzoom, maxzoom });
  const below = Object.fromEntries(config.sources.map((one, n) => [`city-${n}`, { type: "raster", tiles: [one.url], tileSize: 256, attribution: one.attribution }]));
  const line = (id, source, colour, width, more = {}) => ({ id, type: "line", source, ...more, layout: { "line-join": "round" }, paint: { "line-color": token(colour), "line-width": width, ...more.paint } });
  const kind = (...names) => ({ filter: ["in", ["get", "kind"], ["literal", names]] });
  const near = (size) => ["step", ["zoom"], ["case", ["get", "dense"], 0, size], 14, size];
  const marked = ["any", ["boolean", ["feature-state", "chosen"], false], ["in", ["get", "code"], ["literal", config.made]]];
  return { version: 8,
    sources: { ...below, regions: tiles("regions", 0, 15), roads: tiles("roads", 9, 15), ground: { type: "geojson", data: none, promoteId: "code" }, drawing: { type: "geojson", data: none } },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": token("surface-2") } },
      ...Object.keys(below).map((id) => ({ id, type: "raster", source: id })),
      line("roads", "roads", "line-strong", 1.5, { "source-layer": "roads", paint: { "line-opacity": 0.45 } }),
      line("regions", "regions", "line-strong", 0.7, { "source-layer": "regions", paint: { "line-opacity": 0.5 } }),
      { id: "grids", type: "fill", source: "ground", ...kind("grid"), paint: { "fill-color": token("accent"), "fill-opacity": ["case", marked, 0.35, 0.05] } },
      line("grid-lines", "ground", "teal-solid", 1, kind("grid")),
      line("beside", "ground", "line-strong", 1.2, { ...kind("beside", "child"), paint: { "line-dasharray": [3, 2] } }),
      line("outline", "ground", "accent", 2.5, kind("outline")),
      { id: "codes", type: "symbol", source: "ground", minzoom: 14.8, ...kind("grid"), layout: { "text-font": ["sans-serif"], "text-size": 11, "text-field": ["slice", ["get", "code"], 12] }, paint: { "text-color": token("ink-2"), "text-halo-color": token("surface"), "text-halo-width": 1.2 } },
      { id: "names", type: "symbol", source: "ground", ...kind("name"), layout: { "text-font": ["sans-serif"], "text-size": 12, "text-field": ["get", "name"] }, paint: { "text-color": token("ink-3"), "text-halo-color": token("surface"), "text-halo-width": 1.4 } },
      line("drawn", "drawing", "red-solid", 3, { filter: ["!=", ["geometry-type"], "Point"] }),
      { id: "dots", type: "circle", source: "drawing", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": near(["case", ["get", "mid"], 4, 7]), "circle-color": ["case", ["get", "mid"], token("red-solid"), token("surface")], "circle-stroke-color": token("red-solid"), "circle-stroke-width": near(2) } },
    ] };
}

function show(data, library) {
  map.getSource("ground").setData(data);
  corners = data.features.flatMap(({ geometry }) => flat(geometry.coordinates));
  const own = data.features.filter(({ properties }) => properties.kind === "outline").flatMap(({ geometry }) => flat(geometry.coordinates));
  fit(own, library);
}

function fit(list, library) {
  if (!list.length) return;
  const bounds = list.reduce((all, at) => all.extend(at), new library.LngLatBounds(list[0], list[0]));
  map.fitBounds(bounds, { padding: 40, animate: false, maxZoom: 17 });
}

async function start() {
  const library = await import(config.library);
  map = new library.Map({ container: box, style: style(), center: [config.lon, config.lat], zoom: 12, minZoom: 6, maxZoom: 20, attributionControl: { compact: true }, dragRotate: false, pitchWithRotate: false, doubleClickZoom: true, locale: { "Map.Title": config.words.map, "NavigationControl.ZoomIn": config.words.in, "NavigationControl.ZoomOut": config.words.out } });
  map.addControl(new library.NavigationControl({ showCompass: false }), "bottom-right");
  map.addControl(new library.ScaleControl({ maxWidth: 90 }), "bottom-left");
  await map.once("load");
  if (config.shapes) show(await (await fetch(config.shapes)).json(), library);
  else if (fields.outline) fit(read(fields.outline) ?? flat(written(fields.outline)?.coordinates), library);
  handles();
  buttons();
  choose(fields.outline && !find("[name=grid]") && !config.shapes ? "outline" : "");
  tell();
  box.dataset.ready = "1";
}

if (box) start().catch((error) => { box.hidden = true; console.warn(error.message); });
