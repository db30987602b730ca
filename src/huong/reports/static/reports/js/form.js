// The form: saved as it is typed, sent when there is a line. Without this script it is a plain form that works.
import { show } from "./drafts.js";
import { NotYet, Refused, send } from "./outbox.js";
import { photos } from "./photos.js";
import { place } from "./place.js";
import { get, newKey, put } from "./store.js";
import { askFor, suggest } from "./suggest.js";

const form = document.querySelector("[data-report-form]");
const words = document.querySelector("[data-words]").dataset;
const saved = form.querySelector("[data-saved]");
const button = form.querySelector("[data-send]");
const problem = document.querySelector("[data-problem]");
const PLAIN = ["text", "category", "unit", "place", "lon", "lat", "name", "phone", "mail"];
const typed = () => [...form.elements].filter((one) => PLAIN.includes(one.name) || one.name.startsWith("ask_"));

async function begun() {
  const key = new URLSearchParams(location.hash.slice(1)).get("draft");
  const kept = key ? await get(key) : null;
  const fresh = { key: newKey(), fields: {}, photos: [], at: Date.now(), state: "editing" };
  if (!kept) return fresh;
  for (const [name, value] of Object.entries(kept.fields)) if (form.elements[name]) form.elements[name].value = value;
  askFor(form, words, kept.fields);
  return { ...kept, state: "editing", problem: null };
}

function time() {
  return new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
}

const draft = await begun();

async function save(state = "editing") {
  draft.fields = Object.fromEntries(typed().filter((one) => one.value).map((one) => [one.name, one.value]));
  draft.at = Date.now();
  draft.state = state;
  if (!Object.keys(draft.fields).length && !draft.photos.length) return;
  document.querySelector("[data-drafts]").dataset.current = draft.key;
  await put({ ...draft, photos: [...draft.photos] });
  history.replaceState(null, "", `#draft=${draft.key}`);
  saved.textContent = `${words.saved} ${time()}`;
}

function say(title, text) {
  const box = document.createElement("div");
  box.className = "box box-bad";
  box.tabIndex = -1;
  box.setAttribute("role", "alert");
  const inside = document.createElement("div");
  const strong = document.createElement("strong");
  strong.textContent = title;
  const line = document.createElement("p");
  line.textContent = text;
  inside.append(strong, line);
  box.append(inside);
  problem.replaceChildren(box);
  box.focus();
}

function busy(on) {
  button.disabled = on;
  button.querySelector("span").textContent = on ? words.sending : words.send;
}

let timer = 0;
const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(save, 500);
};
form.addEventListener("input", soon);
form.addEventListener("change", soon);
addEventListener("visibilitychange", () => document.hidden && draft.state === "editing" && save());

photos(form, draft, words, () => save());
const offer = place(form, words, () => form.dispatchEvent(new Event("change")));
suggest(form, words, soon);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearTimeout(timer);
  problem.replaceChildren();
  await save("waiting");
  busy(true);
  try {
    const told = await send(draft.key);
    if (told) location.assign(told.url);
    return;
  } catch (error) {
    busy(false);
    if (error instanceof NotYet) {
      saved.textContent = navigator.onLine ? words.failed : words.kept;
      saved.classList.add("is-kept");
      return show();
    }
    if (!(error instanceof Refused)) throw error;
    draft.state = "editing";
    say(error.message, words.lost);
    if (error.problem.code === "place_unclear") offer(error.problem.choices ?? []);
    form.elements[error.problem.field]?.closest?.(".field")?.classList.add("has-error");
  }
});

const line = () => {
  document.querySelector("[data-offline]").hidden = navigator.onLine;
};
addEventListener("online", line);
addEventListener("offline", line);
line();
addEventListener("huong-drafts", async () => {
  if (draft.state === "waiting" && !(await get(draft.key)) && !button.disabled) location.assign("/my/");
});
show();
