// Where: the device's position and the ward it may lie in, or a tap on the map of wards.
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

export function place(form, words, changed) {
  const said = form.querySelector("[data-gps-said]");
  const units = form.querySelector("[data-units]");
  const { lon, lat, unit } = form.elements;

  function choose(name) {
    unit.value = name;
    units.hidden = true;
    changed();
  }

  async function located({ coords }) {
    lon.value = coords.longitude.toFixed(6);
    lat.value = coords.latitude.toFixed(6);
    said.textContent = `${words.located} ${Math.max(1, Math.round(coords.accuracy))} m.`;
    changed();
    const body = JSON.stringify({ lon: coords.longitude, lat: coords.latitude });
    const answer = await fetch("/reports/where", { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
    const found = answer?.ok ? await answer.json() : { units: [] };
    if (found.sure) return choose(found.units[0]);
    if (found.units.length && !unit.value) {
      said.textContent += ` ${words.choose}`;
      chips(units, found.units, choose);
    }
  }

  function lost() {
    said.textContent = words.noPosition;
    unit.focus();
  }

  const button = form.querySelector("[data-gps]");
  button.hidden = !("geolocation" in navigator);
  button.addEventListener("click", () => {
    said.textContent = words.locating;
    navigator.geolocation.getCurrentPosition(located, lost, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
  });

  const map = form.querySelector("[data-map]");
  map.hidden = false;
  map.addEventListener("toggle", async () => {
    const body = map.querySelector("[data-map-body]");
    if (!map.open || body.children.length) return;
    const answer = await fetch("/reports/wards").catch(() => null);
    body.innerHTML = answer?.ok ? await answer.text() : "";
  });
  map.addEventListener("click", (event) => {
    const name = event.target.dataset?.unit;
    if (!name) return;
    map.querySelectorAll(".is-chosen").forEach((one) => one.classList.remove("is-chosen"));
    event.target.classList.add("is-chosen");
    lon.value = lat.value = "";
    choose(name);
  });
  return (choices) => chips(units, choices.map((one) => one.name), choose);
}
