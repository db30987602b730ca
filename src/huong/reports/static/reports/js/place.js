// Where: the device's position, a pin on the map, and the ward either may lie in. The map's code comes when it is opened.
function chips(box, names, choose) {
  box.replaceChildren(
    ...names.map((name) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: name });
      button.addEventListener("click", () => choose(name));
      return button;
    }),
  );
  box.hidden = !names.length;
}

async function wardsAt(point) {
  const headers = { Accept: "application/json", "Accept-Language": document.documentElement.lang };
  const answer = await fetch("/reports/where", { method: "POST", body: JSON.stringify(point), headers }).catch(() => null);
  return answer?.ok ? answer.json() : { units: [] };
}

export function place(form, words, changed) {
  const said = form.querySelector("[data-gps-said]");
  const units = form.querySelector("[data-units]");
  const map = form.querySelector("[data-map]");
  const { lon, lat, unit } = form.elements;
  let picker = null;
  let byPoint = ""; // the ward that a point gave; what somebody typed is theirs

  function choose(name) {
    unit.value = name;
    byPoint = name;
    units.hidden = true;
    changed();
  }

  function tell(text) {
    said.textContent = picker ? "" : text;
    picker?.say(text);
  }

  // A point was given: the ward it lies in is named at once, or asked for where outlines are only schematic.
  async function pointed({ lon: x, lat: y }, begun) {
    lon.value = x.toFixed(6);
    lat.value = y.toFixed(6);
    if (byPoint && unit.value === byPoint) unit.value = "";
    chips(units, [], choose);
    tell(begun);
    changed();
    const at = lon.value + lat.value;
    const found = await wardsAt({ lon: x, lat: y });
    if (at !== lon.value + lat.value) return;
    if (found.outside) {
      lon.value = lat.value = "";
      changed();
      return tell(found.outside);
    }
    if (found.sure) {
      tell(`${begun} ${words.wardIs} ${found.units[0]}.`);
      return choose(found.units[0]);
    }
    if (!found.units.length || unit.value) return;
    tell(`${begun} ${words.wardsMayBe}`);
    chips(units, found.units, choose);
  }

  async function located({ coords }) {
    const point = { lon: coords.longitude, lat: coords.latitude };
    picker?.show([point.lon, point.lat]);
    await pointed(point, `${words.located} ${Math.max(1, Math.round(coords.accuracy))} m.`);
  }

  function lost() {
    tell(words.noPosition);
    if (!map.open) unit.focus();
  }

  function locate() {
    tell(words.locating);
    navigator.geolocation.getCurrentPosition(located, lost, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  }

  const button = form.querySelector("[data-gps]");
  const knows = "geolocation" in navigator && Boolean(button);
  if (button) {
    button.hidden = !knows;
    button.addEventListener("click", locate);
  }

  // Without the map that moves, the drawing of the wards is there to tap.
  async function drawn() {
    const answer = await fetch("/reports/wards").catch(() => null);
    const body = map.querySelector("[data-ward-map]");
    body.innerHTML = answer?.ok ? await answer.text() : "";
  }

  async function opened() {
    const box = map.querySelector("[data-city-map]");
    try {
      const { openPicker } = await import("../../ui/js/map/picker.js");
      const start = lon.value && lat.value ? [Number(lon.value), Number(lat.value)] : null;
      picker = await openPicker(box, { start, chose: (point) => pointed(point, words.pinned), locate: knows ? locate : null });
      box.querySelector("[data-map-said]").after(units);
    } catch {
      if (box.dataset.state === "closed") box.querySelector("[data-map-said]").textContent = box.dataset.noFiles;
      await drawn();
    }
  }

  map.hidden = false;
  map.addEventListener("toggle", () => map.open && ["closed", "failed"].includes(map.querySelector("[data-city-map]").dataset.state) && opened());
  map.addEventListener("click", (event) => {
    const name = event.target.dataset?.unit;
    if (!name) return;
    map.querySelectorAll(".is-chosen").forEach((one) => one.classList.remove("is-chosen"));
    event.target.classList.add("is-chosen");
    lon.value = lat.value = "";
    choose(name);
  });
  unit.addEventListener("input", () => (byPoint = ""));
  return (choices) => chips(units, choices.map((one) => one.name), choose);
}
