// The map of the list that moves: clusters come from the city's own count, closer the nearer one looks.
const box = document.querySelector("[data-live-map]");
const offer = document.querySelector("[data-open-map]");
const CLOSE = 12.5; // from this scale on, only what lies in the window is asked for

function link(address, text) {
  return Object.assign(document.createElement("a"), { href: address, textContent: text });
}

async function found(live, map) {
  const query = new URLSearchParams(location.search);
  if (map && map.getZoom() >= CLOSE) query.set("box", map.getBounds().toArray().flat().map((each) => each.toFixed(4)).join(","));
  const answer = await fetch(`${live.dataset.points}?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
  return answer?.ok ? answer.json() : null;
}

function popup(library, map, place, text, anchor) {
  const words = document.createElement("div");
  words.append(Object.assign(document.createElement("strong"), { textContent: text }), anchor);
  new library.Popup({ maxWidth: "260px" }).setLngLat(place).setDOMContent(words).addTo(map);
}

function groupTold(library, map, { properties: { total, newest }, geometry }) {
  const [text, open] = total === 1 ? [box.dataset.one, box.dataset.openOne] : [`${total} ${box.dataset.many}`, box.dataset.newest];
  popup(library, map, geometry.coordinates, text, link(`/reports/${newest}`, open));
}

// A ward that is tapped beside every group: the list can be narrowed to it, as by the drawing.
function wardTold(library, map, { point, lngLat }) {
  if (map.queryRenderedFeatures(point, { layers: ["groups"] }).length) return;
  const [ward] = map.queryRenderedFeatures(point, { layers: ["unit-area"] });
  if (!ward || ward.properties.code === box.dataset.unit) return;
  const query = new URLSearchParams(location.search);
  query.set("unit", ward.properties.code);
  query.delete("after");
  popup(library, map, lngLat, ward.properties.name, link(`?${query}`, box.dataset.seeWard));
}

async function open() {
  offer.hidden = true;
  box.hidden = false;
  const live = box.querySelector("[data-city-map]");
  const drawing = document.querySelectorAll("[data-live-map] ~ svg, [data-live-map] ~ .legend, [data-live-map] ~ [data-drawn]");
  try {
    const [{ openMap, say }, groups] = await Promise.all([import("../../ui/js/map/city_map.js"), found(live)]);
    const empty = { type: "FeatureCollection", features: [] };
    const held = await openMap(live, { chosen: box.dataset.unit, groups: groups ?? empty, calm: true });
    const { map, library, still } = held;
    drawing.forEach((one) => one.classList.add("for-nobody"));
    let close = false;
    map.on("moveend", async () => {
      if (map.getZoom() < CLOSE && !close) return;
      const fresh = await found(live, map);
      say(live, fresh ? "" : live.dataset.noPoints);
      if (!fresh) return;
      close = fresh.close;
      held.groups(fresh);
    });
    map.on("click", "groups", async ({ features: [feature] }) => {
      if (feature.properties.newest && !feature.properties.cluster) return groupTold(library, map, feature);
      const zoom = feature.properties.cluster ? await map.getSource("groups").getClusterExpansionZoom(feature.properties.cluster_id) : CLOSE + 1;
      map[still ? "jumpTo" : "easeTo"]({ center: feature.geometry.coordinates, zoom: Math.max(zoom, map.getZoom() + 1) });
    });
    map.on("click", (event) => wardTold(library, map, event));
    map.on("mouseenter", "groups", () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", "groups", () => (map.getCanvas().style.cursor = ""));
    map.getCanvas().focus({ preventScroll: true });
  } catch {
    if (live.dataset.state === "closed") live.querySelector("[data-map-said]").textContent = live.dataset.noFiles;
    offer.hidden = false;
    drawing.forEach((one) => one.classList.remove("for-nobody"));
  }
}

if (box) {
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", open);
}
