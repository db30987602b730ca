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

function popup(library, map, feature) {
  const { total, newest } = feature.properties;
  const words = document.createElement("p");
  const text = total === 1 ? box.dataset.one : `${total} ${box.dataset.many}`;
  words.append(`${text}. `, link(`/reports/${newest}`, total === 1 ? box.dataset.openOne : box.dataset.newest));
  new library.Popup({ maxWidth: "260px" }).setLngLat(feature.geometry.coordinates).setDOMContent(words).addTo(map);
}

async function open() {
  offer.hidden = true;
  box.hidden = false;
  const live = box.querySelector("[data-city-map]");
  const drawing = document.querySelectorAll("[data-live-map] ~ svg, [data-live-map] ~ .legend");
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
      if (feature.properties.newest && !feature.properties.cluster) return popup(library, map, feature);
      const zoom = feature.properties.cluster ? await map.getSource("groups").getClusterExpansionZoom(feature.properties.cluster_id) : CLOSE + 1;
      map[still ? "jumpTo" : "easeTo"]({ center: feature.geometry.coordinates, zoom: Math.max(zoom, map.getZoom() + 1) });
    });
    map.on("mouseenter", "groups", () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", "groups", () => (map.getCanvas().style.cursor = ""));
    map.getCanvas().focus({ preventScroll: true });
  } catch {
    drawing.forEach((one) => one.classList.remove("for-nobody"));
  }
}

if (box) {
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", open);
}
