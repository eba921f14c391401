// PMTiles archives below our own map. Only pages of a city that configured one load this file and the library.
const VECTOR = { 1: "mvt", 6: "mlt" }; // kinds of tiles by their number in the header
const PICTURES = [2, 3, 4, 5]; // PNG, JPEG, WebP, AVIF

function load(address) {
  return new Promise((done, failed) => {
    const tag = document.createElement("script");
    tag.src = address;
    tag.onload = done;
    tag.onerror = () => failed(new Error(`${address} does not load`));
    document.head.append(tag);
  });
}

// The archive as a source of the map: what its header says, without another request.
function source(url, header) {
  const encoding = VECTOR[header.tileType];
  if (!encoding && !PICTURES.includes(header.tileType)) throw new Error(`holds tiles of an unknown kind (${header.tileType})`);
  const { minLon, minLat, maxLon, maxLat } = header;
  return {
    ...(encoding ? { type: "vector", encoding } : { type: "raster", tileSize: 256 }),
    ...(minLon < maxLon && minLat < maxLat ? { bounds: [minLon, minLat, maxLon, maxLat] } : {}),
    tiles: [`pmtiles://${url}/{z}/{x}/{y}`], minzoom: header.minZoom, maxzoom: header.maxZoom,
  };
}

// Who made it: as the city wrote, else as the archive says (MapLibre takes out what is no text or link).
async function attribution(archive, written) {
  if (written) return written;
  const metadata = await archive.getMetadata().catch(() => ({}));
  return typeof metadata?.attribution === "string" ? metadata.attribution : "";
}

// The way to add an archive to a map whose style is loaded: rejects what is no archive or does not answer.
export async function open(map, maplibre, library, layers) {
  await load(library);
  const { PMTiles, Protocol } = globalThis.pmtiles;
  const protocol = new Protocol();
  maplibre.addProtocol("pmtiles", protocol.tile);
  return async ({ url, index, attribution: written }) => {
    const archive = new PMTiles(url);
    protocol.add(archive);
    const id = `city-${index}`;
    const made = { ...source(url, await archive.getHeader()), attribution: await attribution(archive, written) };
    map.addSource(id, made);
    // In the city's order, below everything of ours: archives answer in any order.
    const above = map.getLayersOrder().find((one) => Number(/^city-(\d+)/.exec(one)?.[1]) > index) ?? "land";
    const drawn = made.type === "raster" ? [{ id, type: "raster" }] : layers.map((one) => ({ ...one, id: `${id}-${one.id}` }));
    for (const layer of drawn) map.addLayer({ ...layer, source: id }, above);
    map.setPaintProperty("land", "fill-opacity", 0);
  };
}
