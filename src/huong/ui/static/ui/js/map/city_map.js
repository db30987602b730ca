// A map that moves. Its code, some 450 kB on the line, is loaded only when somebody opens it; nothing comes from another host.
// The box says how it stands in `data-state`: closed, loading, moving, idle, failed.
import { styleOf, whenLookChanges } from "./style.js";

const url = (box, name) => new URL(box.dataset[name], location.href).href;
const AROUND = 0.8; // degrees around the city that can be looked at

export class NoMap extends Error {}

function tag(name, changes) {
  return new Promise((done, fail) => {
    const made = Object.assign(document.createElement(name), changes, { onload: done, onerror: () => fail(new NoMap("no files")) });
    document.head.append(made);
  });
}

async function told(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new NoMap(String(answer.status));
  return answer.json();
}

function canDraw() {
  const sheet = document.createElement("canvas");
  const drawing = sheet.getContext("webgl2");
  drawing?.getExtension("WEBGL_lose_context")?.loseContext();
  return Boolean(drawing);
}

// The base map of the city, read in pieces. One that cannot be read is left out: the outlines alone are a map too.
async function baseOf(box, library) {
  if (!box.dataset.base) return null;
  try {
    const { url: file } = await told(box.dataset.base);
    if (!file) return null;
    if (!window.pmtiles) await tag("script", { src: url(box, "tiles") });
    const archive = new window.pmtiles.PMTiles(new URL(file, location.href).href);
    const protocol = new window.pmtiles.Protocol();
    protocol.add(archive);
    library.addProtocol("pmtiles", protocol.tile);
    const [header, about] = [await archive.getHeader(), await archive.getMetadata()];
    const raster = ![window.pmtiles.TileType?.Mvt ?? 1, 6].includes(header.tileType);
    const source = { type: raster ? "raster" : "vector", url: `pmtiles://${archive.source.getKey()}`, ...(raster ? { tileSize: 256 } : {}) };
    return { raster, source, layers: (about?.vector_layers ?? []).map((each) => each.id), from: plain(about?.attribution) };
  } catch {
    return null;
  }
}

const plain = (text) => new DOMParser().parseFromString(text ?? "", "text/html").body.textContent.trim();

function say(box, text) {
  box.querySelector("[data-map-said]").textContent = text;
}

async function loaded(box) {
  const [library] = await Promise.all([
    import(url(box, "library")),
    document.querySelector(`link[href="${box.dataset.look}"]`) ?? tag("link", { rel: "stylesheet", href: box.dataset.look }),
  ]);
  library.setWorkerUrl(url(box, "worker"));
  return library;
}

function words(box) {
  const { zoomIn, zoomOut, title, twoFingers, withCtrl, withCommand, close, metres, kilometres } = box.dataset;
  return {
    "NavigationControl.ZoomIn": zoomIn,
    "NavigationControl.ZoomOut": zoomOut,
    "Map.Title": title,
    "Popup.Close": close,
    "ScaleControl.Meters": metres,
    "ScaleControl.Kilometers": kilometres,
    "CooperativeGesturesHandler.MobileHelpText": twoFingers,
    "CooperativeGesturesHandler.WindowsHelpText": withCtrl,
    "CooperativeGesturesHandler.MacHelpText": withCommand,
  };
}

function boxOf(outlines, bounds, chosen) {
  const own = outlines.features.filter((each) => !chosen || each.properties.code === chosen);
  const points = own.flatMap((each) => each.geometry.coordinates.flat(each.geometry.type === "Polygon" ? 1 : 2));
  if (!points.length) return bounds;
  const [lons, lats] = [points.map((each) => each[0]), points.map((each) => each[1])];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

// Open the map in its box.
// Options: `chosen` (the code of a unit to look at), `groups` (GeoJSON to begin with), `calm` (pages scroll past it).
export async function openMap(box, { chosen = "", groups = null, calm = false } = {}) {
  box.dataset.state = "loading";
  say(box, box.dataset.loading);
  try {
    if (!canDraw()) throw Object.assign(new NoMap("no webgl"), { said: box.dataset.noWebgl });
    const [library, outlines] = await Promise.all([loaded(box), told(box.dataset.outlines)]);
    const base = await baseOf(box, library);
    const bounds = box.dataset.bounds.split(",").map(Number);
    const [west, south, east, north] = bounds.length === 4 ? bounds : boxOf(outlines, [-179, -80, 179, 80], "");
    const style = () => styleOf({ outlines, base, groups, chosen });
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = new library.Map({
      container: box.querySelector("[data-map-frame]"),
      style: style(),
      bounds: boxOf(outlines, [west, south, east, north], chosen),
      fitBoundsOptions: { padding: 12 },
      maxBounds: [west - AROUND, south - AROUND, east + AROUND, north + AROUND],
      maxZoom: 18,
      locale: words(box),
      attributionControl: false,
      cooperativeGestures: calm,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: still ? 0 : 200,
      refreshExpiredTiles: false,
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
    map.addControl(new library.ScaleControl({ unit: "metric" }), "bottom-left");
    const look = { restyle: () => map.setStyle(style()), groups: (found) => ((groups = found), map.getSource("groups")?.setData(found)) };
    whenLookChanges(look.restyle);
    map.on("movestart", () => (box.dataset.state = "moving"));
    map.on("idle", () => (box.dataset.state = "idle"));
    box.querySelector("[data-map-source]").textContent = [box.dataset.outlinesAre, base?.from && `${box.dataset.baseIs} ${base.from}`, !base && box.dataset.noBase].filter(Boolean).join(" ");
    await new Promise((done, fail) => {
      map.once("load", done);
      map.once("error", ({ error }) => (map.loaded() ? null : fail(error)));
    });
    say(box, "");
    return { map, library, still, ...look };
  } catch (error) {
    box.dataset.state = "failed";
    say(box, error.said ?? box.dataset.noFiles);
    throw error instanceof NoMap ? error : new NoMap("failed", { cause: error });
  }
}

export { say };
