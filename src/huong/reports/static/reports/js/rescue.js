// Rescue on a bad line: the position, what was typed kept, and sent again until it is through, under one key.
const form = document.querySelector("form");
const said = document.querySelector("[data-said]");
const KEPT = "huong-rescue";
const fields = [...form.elements].filter((one) => one.name);
let trying = 0;

function say(text) {
  said.textContent = text;
  said.hidden = false;
}

function keep() {
  try {
    localStorage.setItem(KEPT, JSON.stringify(Object.fromEntries(fields.map((one) => [one.name, one.value]))));
  } catch {
    return;
  }
}

async function send() {
  clearTimeout(trying);
  say(said.dataset.sending);
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" }, signal: AbortSignal.timeout(20000) });
    if (!answer.ok) throw new Error(String(answer.status));
    localStorage.removeItem(KEPT);
    location.assign((await answer.json()).url);
  } catch {
    say(said.dataset.again);
    trying = setTimeout(send, 10000);
  }
}

const gps = document.querySelector("[data-gps]");
gps.hidden = !("geolocation" in navigator);
gps.addEventListener("click", () =>
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.lon.value = coords.longitude.toFixed(6);
      form.elements.lat.value = coords.latitude.toFixed(6);
      say(`${said.dataset.position} ${Math.round(coords.accuracy)} m.`);
      keep();
    },
    () => say(said.dataset.none),
    { enableHighAccuracy: true, timeout: 20000 },
  ),
);

const kept = JSON.parse(localStorage.getItem(KEPT) ?? "null");
if (kept) for (const one of fields) one.value = kept[one.name] ?? one.value;
else form.elements.key.value = Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) => byte.toString(16)).join("-");
form.addEventListener("input", keep);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  keep();
  send();
});
addEventListener("online", () => trying && send());
