// Choose one place: tap the map, drag the pin, or move the map and put the pin in the middle. Works by keyboard alone.
import { openMap, say } from "./city_map.js";

const PIN = '<svg viewBox="0 0 40 48" aria-hidden="true"><path d="M20 2a17 17 0 0 1 17 17c0 12-17 27-17 27S3 31 3 19A17 17 0 0 1 20 2Z"/><circle cx="20" cy="19" r="6"/></svg>';
const CLOSE = 15;
const COMING = 3.5; // levels that a tap from afar comes closer
const STEP = 12; // pixels of one press of an arrow key

// Open the picker. `start` is [lon, lat] or null; `chose` gets { lon, lat } whenever the place changes; `locate` asks
// the device for its position and hands it over, where the device has one.
export async function openPicker(box, { start = null, chose, locate = null }) {
  const { map, library, still } = await openMap(box);
  const element = Object.assign(document.createElement("div"), { className: "map-pin", innerHTML: PIN, tabIndex: 0 });
  element.setAttribute("role", "button");
  const pin = new library.Marker({ element, anchor: "bottom", draggable: true });

  function place(point, { told = true, move = false } = {}) {
    const first = !pin._map;
    pin.setLngLat(point);
    if (first) pin.addTo(map);
    element.setAttribute("aria-label", box.dataset.pin);
    if (move) map[still ? "jumpTo" : "easeTo"]({ center: point, zoom: Math.max(map.getZoom(), CLOSE) });
    if (told) chose({ lon: Number(point[0].toFixed(6)), lat: Number(point[1].toFixed(6)) });
  }
  const here = () => pin.getLngLat().toArray();

  // A finger on the map of the whole city is kilometres wide: come closer, so that the next tap is exact.
  function tapped({ lngLat }) {
    place(lngLat.toArray());
    if (map.getZoom() < CLOSE - 1) map[still ? "jumpTo" : "easeTo"]({ center: lngLat, zoom: Math.min(CLOSE, map.getZoom() + COMING) });
  }

  map.on("click", tapped);
  pin.on("dragend", () => place(here()));
  element.addEventListener("click", (event) => event.stopPropagation());
  element.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const { x, y } = map.project(here());
    place(map.unproject([x + way[0], y + way[1]]).toArray());
  });
  map.getCanvas().addEventListener("keydown", (event) => event.key === "Enter" && (event.preventDefault(), place(map.getCenter().toArray())));

  const tools = box.querySelector("[data-map-tools]");
  tools.hidden = false;
  tools.querySelector("[data-map-centre]").addEventListener("click", () => place(map.getCenter().toArray()));
  const mine = tools.querySelector("[data-map-here]");
  mine.hidden = !locate;
  mine.addEventListener("click", () => locate());
  if (start) place(start, { told: false, move: true });
  return { show: (point) => place(point, { told: false, move: true }), clear: () => pin.remove(), say: (text) => say(box, text) };
}
