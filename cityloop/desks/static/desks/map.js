// Maps: our own vector tiles of regions, roads, grids, components and cases; the city's own map services below them, where it has any.
const read = () => JSON.parse(document.getElementById("map-config")?.textContent ?? "{}"); // none without a place
let box = document.querySelector("[data-map]"), config = read(), words = config.words ?? {};
const dark = () => getComputedStyle(document.documentElement).colorScheme === "dark";
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const tiles = (layer, minzoom, maxzoom) => ({
  type: "vector", tiles: [`${location.origin}/tiles/${layer}/{z}/{x}/{y}.mvt`], minzoom, maxzoom,
});

function style() {
  const paper = dark() ? "#0f151c" : "#e3e8ee";
  const land = dark() ? "#18212c" : "#f1f3f6";
  const street = dark() ? "#2f3c4b" : "#ffffff";
  const edge = dark() ? "#131a22" : "#d3dae2";
  const halo = dark() ? "#0d1218" : "#ffffff";
  const text = (size, colour) => ({
    layout: { "text-font": ["sans-serif"], "text-size": size, "text-max-width": 8 },
    paint: { "text-color": colour, "text-halo-color": halo, "text-halo-width": 1.4 },
  });
  const level = (name) => ["==", ["get", "level"], name];
  const sources = {
    regions: tiles("regions", 0, 15), roads: tiles("roads", 9, 15), grids: tiles("grids", 14, 16),
    components: tiles("components", 10, 17), cases: tiles("cases", 5, 17),
  };
  const raster = config.sources.flatMap((one, index) => (one.kind === "pmtiles" ? [] : [`city-${index}`])); // archives follow: archives.js
  for (const id of raster) {
    const one = config.sources[id.slice(5)];
    sources[id] = { type: "raster", tiles: [one.url], tileSize: 256, attribution: one.attribution };
  }
  const road = token("line-strong");
  const wide = (more) => ["interpolate", ["exponential", 1.6], ["zoom"], 10, ["match", ["get", "kind"], "primary", 1.8 + more, "secondary", 1 + more, 0.4 + more], 16, ["match", ["get", "kind"], "primary", 13 + more, "secondary", 9 + more, 5 + more]];
  const layers = [
    { id: "paper", type: "background", paint: { "background-color": paper } },
    ...raster.map((id) => ({ id, type: "raster", source: id })),
    { id: "land", type: "fill", source: "regions", "source-layer": "regions", filter: level("district"), paint: { "fill-color": land, "fill-opacity": raster.length ? 0 : 1 } },
    { id: "road-edges", type: "line", source: "roads", "source-layer": "roads", minzoom: 12, layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": edge, "line-width": wide(1.4) } },
    { id: "road-lines", type: "line", source: "roads", "source-layer": "roads", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": street, "line-width": wide(0) } },
    { id: "community-lines", type: "line", source: "regions", "source-layer": "regions", minzoom: 13, filter: level("community"), paint: { "line-color": road, "line-opacity": 0.45, "line-width": 0.7, "line-dasharray": [3, 2] } },
    { id: "street-lines", type: "line", source: "regions", "source-layer": "regions", minzoom: 10, filter: level("street"), paint: { "line-color": road, "line-opacity": 0.7, "line-width": 1 } },
    { id: "district-lines", type: "line", source: "regions", "source-layer": "regions", filter: level("district"), paint: { "line-color": token("accent"), "line-opacity": 0.6, "line-width": 1.6 } },
    { id: "grid-fills", type: "fill", source: "grids", "source-layer": "grids", minzoom: 14.5, paint: { "fill-color": token("accent"), "fill-opacity": 0.02 } },
    { id: "grid-lines", type: "line", source: "grids", "source-layer": "grids", minzoom: 14.5, paint: { "line-color": token("teal-solid"), "line-opacity": ["interpolate", ["linear"], ["zoom"], 14.5, 0.22, 17, 0.5], "line-width": ["interpolate", ["linear"], ["zoom"], 14.5, 0.5, 17, 1] } },
    { id: "component-dots", type: "circle", source: "components", "source-layer": "components", minzoom: 15, filter: ["!", ["has", "count"]], paint: { "circle-color": token("teal-solid"), "circle-radius": ["interpolate", ["linear"], ["zoom"], 15, 2, 18, 5], "circle-stroke-color": halo, "circle-stroke-width": 1 } },
    { id: "case-dots", type: "circle", source: "cases", "source-layer": "cases", filter: ["!", ["has", "count"]],
      paint: { "circle-color": ["case", ["in", ["get", "status"], ["literal", config.ended]], token("grey-solid"), ["==", ["get", "late"], true], token("red-solid"), token("green-solid")], "circle-radius": ["interpolate", ["linear"], ["zoom"], 11, 3.5, 17, 8], "circle-stroke-color": halo, "circle-stroke-width": 1.5 } },
    { id: "case-clusters", type: "circle", source: "cases", "source-layer": "cases", filter: ["has", "count"],
      paint: { "circle-color": token("accent"), "circle-opacity": 0.85, "circle-radius": ["interpolate", ["linear"], ["ln", ["max", 1, ["get", "count"]]], 0, 7, 8, 26], "circle-stroke-color": halo, "circle-stroke-width": 2 } },
    { id: "case-counts", type: "symbol", source: "cases", "source-layer": "cases", filter: ["has", "count"], layout: { "text-font": ["sans-serif"], "text-field": ["to-string", ["get", "count"]], "text-size": 12, "text-allow-overlap": true }, paint: { "text-color": token("accent-ink") } },
    { id: "road-names", type: "symbol", source: "roads", "source-layer": "roads", minzoom: 13.5, ...text(11, token("ink-3")) },
    { id: "community-names", type: "symbol", source: "regions", "source-layer": "regions", minzoom: 14, filter: ["all", level("community"), ["==", ["geometry-type"], "Point"]], ...text(11, token("ink-3")) },
    { id: "street-names", type: "symbol", source: "regions", "source-layer": "regions", minzoom: 11, maxzoom: 15, filter: ["all", level("street"), ["==", ["geometry-type"], "Point"]], ...text(12, token("ink-2")) },
    { id: "district-names", type: "symbol", source: "regions", "source-layer": "regions", maxzoom: 13, filter: ["all", level("district"), ["==", ["geometry-type"], "Point"]], ...text(14, token("ink")) },
  ];
  for (const layer of layers) {
    if (layer.type !== "symbol" || layer.layout["text-field"]) continue;
    layer.layout["text-field"] = ["coalesce", ["get", "name"], ""];
    if (layer.id === "road-names") layer.layout["symbol-placement"] = "line";
  }
  return { version: 8, sources, layers };
}

// Switches of the legend: name of the switch -> layers.
const SWITCHES = {
  regions: ["street-lines", "community-lines", "district-lines", "street-names", "community-names", "district-names"],
  roads: ["road-edges", "road-lines", "road-names"],
  grids: ["grid-lines", "grid-fills"],
  components: ["component-dots"],
  cases: ["case-dots", "case-clusters", "case-counts"],
};

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

function popup(feature) {
  const facts = feature.properties;
  const card = element("div", "map-popup");
  if (feature.layer.id === "case-dots") {
    card.append(element("span", "strong mono", facts.number), element("span", facts.late ? "ink-red" : "muted", `${config.statuses[facts.status] || facts.status}${facts.late ? ` · ${words.late}` : ""}`));
    const link = element("a", "button button-s", words.open);
    link.href = config.case.replace("/0/", `/${encodeURIComponent(facts.number)}/`);
    card.append(link);
  } else if (feature.layer.id === "component-dots") {
    card.append(element("span", "strong", facts.name || words.component), element("span", "mono faint", facts.code || ""));
  } else {
    card.append(element("span", "strong", words.grid), element("span", "mono", facts.code || ""));
  }
  return card;
}

function clicks(map, library) {
  const asked = ["case-dots", "case-clusters", "component-dots", "grid-fills"];
  map.on("click", (event) => {
    const [feature] = map.queryRenderedFeatures(event.point, { layers: asked });
    if (!feature) return;
    if (feature.layer.id === "case-clusters") { map.easeTo({ center: event.lngLat, zoom: map.getZoom() + 2 }); return; }
    const at = feature.geometry.type === "Point" ? feature.geometry.coordinates : event.lngLat;
    new library.Popup({ maxWidth: "18rem", focusAfterOpen: false }).setLngLat(at).setDOMContent(popup(feature)).addTo(map);
  });
  for (const layer of asked.slice(0, 3)) {
    map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = ""; });
  }
}

function switches(map) {
  for (const input of document.querySelectorAll("[data-layer]")) {
    const apply = () => SWITCHES[input.dataset.layer].forEach((id) => map.setLayoutProperty(id, "visibility", input.checked ? "visible" : "none"));
    input.addEventListener("change", apply);
    apply();
  }
}

// The form's place: a click on the map writes it; typed coordinates and found places move the marker.
function picking(map, library) {
  const form = document.querySelector("form[data-place]");
  const marker = new library.Marker({ color: token("accent"), draggable: true });
  const put = (lon, lat) => marker.setLngLat([lon, lat]).addTo(map);
  const write = (lon, lat) => {
    put(lon, lat);
    form.elements.x.value = lon.toFixed(6);
    form.elements.y.value = lat.toFixed(6);
    form.elements.system.value = "wgs84";
    form.elements.x.dispatchEvent(new Event("change", { bubbles: true }));
  };
  if (config.marked) put(config.lon, config.lat);
  map.on("click", (event) => write(event.lngLat.lng, event.lngLat.lat));
  marker.on("dragend", () => { const at = marker.getLngLat(); write(at.lng, at.lat); });
  // The device's position, an address that was found, or none after the form was emptied (position.js, outbox.js).
  document.addEventListener("place", ({ detail }) => {
    if (!detail) { marker.remove(); return; }
    put(detail.lon, detail.lat);
    map.easeTo({ center: [detail.lon, detail.lat], zoom: Math.max(map.getZoom(), 16.5) });
  });
  // What stands beside the form says where the typed coordinates lie in WGS 84.
  document.addEventListener("htmx:after:swap", () => {
    const point = document.querySelector("[data-point-lon]");
    if (!point) return;
    const at = [Number(point.dataset.pointLon), Number(point.dataset.pointLat)];
    put(...at);
    if (!map.getBounds().contains(at)) map.easeTo({ center: at, zoom: Math.max(map.getZoom(), 15.5) });
  });
}

function travelling(map, library) {
  let marker = null;
  document.addEventListener("click", (event) => {
    const found = event.target.closest("[data-go-lon]");
    if (!found) return;
    event.preventDefault();
    const at = [Number(found.dataset.goLon), Number(found.dataset.goLat)];
    marker?.remove();
    marker = new library.Marker({ color: token("accent") }).setLngLat(at).addTo(map);
    map.easeTo({ center: at, zoom: 16.5 });
  });
}

// What the city's map services leave out is named once in the corner; our own map stands.
function missing(map) {
  const box = element("div", "maplibregl-ctrl map-missing");
  box.setAttribute("role", "status");
  map.addControl({ onAdd: () => box, onRemove: () => box.remove() }, "bottom-left");
  const said = new Set();
  const say = (index, word, why) => {
    if (said.has(index)) return;
    said.add(index);
    box.append(element("p", "", words[word].replace("%(name)s", () => config.sources[index].name)));
    console.warn(`${config.sources[index].url}: ${why?.message ?? why}`);
  };
  map.on("error", ({ sourceId, error }) => {
    const [, index] = /^city-(\d+)$/.exec(sourceId) ?? [];
    if (index) say(Number(index), "partly", error); else console.error(error);
  });
  return say;
}

// PMTiles: once our own map is drawn, so that no archive keeps it waiting.
async function archives(map, library, say) {
  const lost = (index) => (why) => say(index, "undrawn", why);
  const chosen = config.sources.flatMap((one, index) => (one.kind === "pmtiles" ? [{ ...one, index }] : []));
  try {
    const { open } = await import(config.archives.script);
    const add = await open(map, library, config.archives.library, config.archives.layers[dark() ? "dark" : "light"]);
    for (const one of chosen) add(one).catch(lost(one.index));
  } catch (error) {
    for (const one of chosen) lost(one.index)(error);
  }
}

let map, here, begun;  // begun: the library is on its way
async function start() {
  begun = true;
  const library = await import(config.library);
  map = new library.Map({
    container: box, style: style(), center: [config.lon, config.lat], zoom: config.zoom, minZoom: 6, maxZoom: 19,
    attributionControl: { compact: true }, dragRotate: false, pitchWithRotate: false,
    cooperativeGestures: config.mode === "case",
    locale: { "Map.Title": words.map, "NavigationControl.ZoomIn": words.in, "NavigationControl.ZoomOut": words.out, "Popup.Close": words.close, "Marker.Title": words.place, "CooperativeGesturesHandler.WindowsHelpText": words.scroll, "CooperativeGesturesHandler.MacHelpText": words.scroll_mac, "CooperativeGesturesHandler.MobileHelpText": words.fingers },
  });
  map.addControl(new library.NavigationControl({ showCompass: false }), "bottom-right");
  map.addControl(new library.ScaleControl({ maxWidth: 90 }), "bottom-left");
  const say = missing(map);
  if (config.mode === "case") here = new library.Marker({ color: token("red-solid") }).setLngLat([config.lon, config.lat]).addTo(map);
  if (config.mode === "pick") picking(map, library);
  map.on("load", () => {
    box.dataset.ready = "1";
    box.dispatchEvent(new CustomEvent("map-ready", { bubbles: true, detail: map }));
    if (config.mode !== "pick") clicks(map, library);
    if (config.mode === "full") { switches(map); travelling(map, library); }
    if (config.archives) archives(map, library, say);
  });
  // A case that changed anywhere: ask for its tiles again, at most every five seconds.
  let asked = 0;
  document.addEventListener("cases-changed", () => {
    if (Date.now() - asked < 5000) return;
    asked = Date.now();
    map.getSource("cases")?.setTiles([`${location.origin}/tiles/cases/{z}/{x}/{y}.mvt?t=${asked}`]);
  });
}

const begin = () => start().catch((error) => { box.hidden = true; console.warn(error.message); });
// Another case came without a new page: the map that stands goes there.
document.addEventListener("htmx:after:swap", () => {
  const place = document.querySelector("[data-map]");
  if (!place || place === box) return;
  config = read();
  words = config.words;
  if (!map) { box = place; if (!begun) begin(); return; }
  place.replaceWith(box);
  map.resize();
  map.jumpTo({ center: [config.lon, config.lat], zoom: config.zoom });
  here?.setLngLat([config.lon, config.lat]);
});

if (innerWidth > 640) for (const card of document.querySelectorAll(".map-side details")) card.open = true;
if (box) begin();
