// The heat of cases below the live ones: a layer of its own on the map of the desks (desks/map.js).
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

document.addEventListener("map-ready", ({ detail: map }) => {
  const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16; // on a wall all is larger, words on the map too
  map.addSource("heat", { type: "vector", tiles: [`${location.origin}/tiles/case-heat/{z}/{x}/{y}.mvt`], minzoom: 5, maxzoom: 16 });
  map.addLayer({
    id: "case-heat", type: "heatmap", source: "heat", "source-layer": "case-heat",
    paint: {
      "heatmap-weight": ["interpolate", ["linear"], ["ln", ["+", 1, ["get", "cases"]]], 0, 0.1, 4, 1],
      "heatmap-intensity": ["interpolate", ["linear"], ["zoom"], 9, 0.8, 15, 2],
      "heatmap-radius": ["interpolate", ["linear"], ["zoom"], 8, 18 * scale, 12, 44 * scale, 16, 90 * scale],
      "heatmap-opacity": 0.8,
      "heatmap-color": ["interpolate", ["linear"], ["heatmap-density"], 0, "rgba(255,215,106,0)", 0.15, token("heat-1"), 0.45, token("heat-2"), 0.75, token("heat-3"), 1, token("heat-4")],
    },
  }, "case-dots");
  const box = document.querySelector("[data-bounds]");
  if (box) map.fitBounds(box.dataset.bounds.split(",").map(Number), { padding: 60, maxZoom: 14, animate: false });
  if (scale > 1.05) for (const layer of map.getStyle().layers) {
    if (layer.type === "symbol") map.setLayoutProperty(layer.id, "text-size", layer.layout["text-size"] * scale);
    if (layer.id === "case-clusters") map.setPaintProperty(layer.id, "circle-radius", ["*", scale, layer.paint["circle-radius"]]);
  }
  const input = document.querySelector("[data-heat-switch]");
  input?.addEventListener("change", () => map.setLayoutProperty("case-heat", "visibility", input.checked ? "visible" : "none"));
});
