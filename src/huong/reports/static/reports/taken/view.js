// Draws what was taken along from the page's own templates; everything is put in as text.
import { smaller } from "../js/photos.js";
import { photo } from "./vault.js";

export const sentences = document.querySelector("[data-sentences]").dataset;
export const part = (name) => document.querySelector(`[data-part="${name}"]`);
const template = (name) => document.querySelector(`[data-template="${name}"]`).content.firstElementChild.cloneNode(true);
const at = (root, name) => root.querySelector(`[data-${name}]`);
const lang = document.documentElement.lang;
const pictures = [];

export function made(name, text, changes = {}) {
  const element = Object.assign(document.createElement(name), changes);
  element.textContent = text;
  return element;
}

export function moment(iso) {
  return iso ? new Date(iso).toLocaleString(lang, { day: "numeric", month: "numeric", hour: "2-digit", minute: "2-digit" }) : "";
}

export function say(text, tone = "info", link = null) {
  const box = made("div", "", { className: `box box-${tone}` });
  const line = made("p", text);
  if (link) line.append(" ", made("a", link.text, { href: link.url }));
  box.append(line);
  document.querySelector("[data-said]").replaceChildren(...(text ? [box] : []));
}

export function show(...names) {
  for (const one of document.querySelectorAll("[data-part]")) one.hidden = !names.includes(one.dataset.part);
}

function due(badge, report) {
  const late = report.due && !report.paused && new Date(report.due) < new Date();
  badge.textContent = report.paused ? sentences.paused : late ? `${sentences.overdue} ${moment(report.due)}` : moment(report.due);
  badge.className = `badge badge-${late ? "bad" : "plain"}`;
  badge.hidden = !report.due;
}

function told(one) {
  const item = made("li", "", { className: `${one.citizen ? "is-citizen" : ""} ${one.internal ? "is-internal" : ""}` });
  const head = made("p", "", { className: "small" });
  head.append(made("strong", one.label), made("span", ` ${moment(one.at)}${one.who ? ` · ${one.who}` : ""}`, { className: "quiet" }));
  item.append(head, ...one.words.map((words) => made("p", words, { className: "said" })));
  return item;
}

async function photos(list, report, key) {
  for (const [place, id] of report.photos.entries()) {
    const blob = await photo(key, id);
    if (!blob) continue;
    const url = URL.createObjectURL(blob);
    pictures.push(url);
    const item = made("li", "");
    item.append(Object.assign(document.createElement("img"), { src: url, alt: `${sentences.photo} ${report.number}, ${place + 1}` }));
    list.append(item);
  }
}

// The photos chosen for a move: made smaller at once, shown, taken out again by a press.
function chosenPhotos(element, most) {
  const [input, list] = [element.querySelector("[type=file]"), at(element, "chosen")];
  const chosen = [];
  const paint = () => list.replaceChildren(...chosen.map((one) => {
    const item = made("li", "");
    const button = made("button", "×", { type: "button", className: "photo-drop" });
    button.setAttribute("aria-label", `${sentences.remove}: ${one.name}`);
    button.addEventListener("click", () => {
      chosen.splice(chosen.indexOf(one), 1);
      paint();
    });
    item.append(Object.assign(document.createElement("img"), { src: one.url, alt: one.name, width: 96, height: 96 }), button);
    return item;
  }));
  input.addEventListener("change", async () => {
    const files = [...input.files];
    input.value = "";
    if (chosen.length + files.length > most) say(sentences.tooMany, "weak");
    for (const file of files.slice(0, most - chosen.length)) {
      const blob = await smaller(file);
      const url = URL.createObjectURL(blob);
      pictures.push(url);
      chosen.push({ blob, name: file.name, url });
      paint();
    }
  });
  return () => chosen.map(({ blob, name }) => ({ blob, name }));
}

function act(move, report, done) {
  const element = template("act");
  at(element, "label").textContent = move.label;
  at(element, "hint").textContent = move.hint;
  at(element, "do").textContent = move.label;
  at(element, "words").hidden = !move.words;
  at(element, "public").hidden = !move.public;
  const [words, choice, stock] = [element.querySelector("textarea"), element.querySelector("[type=checkbox]"), at(element, "stock")];
  const select = stock.querySelector("select");
  at(element, "pictures").hidden = !move.photos;
  const photosChosen = chosenPhotos(element, Number(sentences.mostPhotos));
  stock.hidden = !move.stock.length;
  select.append(new Option("", ""), ...move.stock.map((one) => new Option(one.title, one.text)));
  select.addEventListener("change", () => {
    if (select.value) words.value = select.value;
    words.focus();
  });
  element.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (move.words && !words.value.trim()) return words.reportValidity(words.setCustomValidity(sentences.needed));
    done({ number: report.number, title: report.title, verb: move.key, label: move.label, text: words.value, public: choice.checked, version: report.version, photos: photosChosen() });
  });
  words.addEventListener("input", () => words.setCustomValidity(""));
  return element;
}

export function matter(report, key, waits, done) {
  const element = template("matter");
  at(element, "title").textContent = report.title;
  at(element, "line").textContent = [report.number, report.kind, report.place].filter(Boolean).join(" · ");
  at(element, "state").textContent = waits ? `${report.state} · ${sentences.waits}` : report.state;
  at(element, "danger").hidden = !report.danger;
  at(element, "urgent").hidden = !report.urgent;
  at(element, "promise").textContent = report.promise;
  due(at(element, "due"), report);
  for (const [question, answer] of report.asks) {
    const pair = made("div", "");
    pair.append(made("dt", question), made("dd", answer));
    at(element, "asks").append(pair);
  }
  const where = at(element, "where");
  if (report.lat === null) where.parentElement.remove();
  else where.href = `geo:${report.lat},${report.lon}?q=${report.lat},${report.lon}`;
  at(element, "story").append(...[...report.story].reverse().map(told));
  at(element, "acts").append(...report.moves.map((move) => act(move, report, done)));
  element.querySelector("details").addEventListener("toggle", () => photos(at(element, "photos"), report, key), { once: true });
  return element;
}

export function matters(reports, key, waiting, done) {
  while (pictures.length) URL.revokeObjectURL(pictures.pop());
  const opened = new Set([...document.querySelectorAll(".matter[open]")].map((one) => one.dataset.number));
  const rows = reports.sort((a, b) => b.danger - a.danger || (a.due || "9").localeCompare(b.due || "9"));
  const drawn = rows.map((report) => {
    const element = matter(report, key, waiting.some((move) => move.number === report.number), done);
    const details = element.querySelector("details");
    details.dataset.number = report.number;
    details.open = opened.has(report.number);
    return element;
  });
  document.querySelector("[data-matters]").replaceChildren(...drawn);
  document.querySelector("[data-empty]").hidden = rows.length > 0;
}

function nowText(now, move) {
  if (!now) return move.refused;
  const newest = now.story[0];
  return [now.state, newest ? `${newest.label} ${moment(newest.at)} · ${newest.who}` : "", ...(newest?.words ?? [])].filter(Boolean).join("\n");
}

export function waitingLine(move, now, choose) {
  const element = template("waiting");
  at(element, "title").textContent = `${move.label} · ${move.number}`;
  at(element, "line").textContent = [move.title, moment(move.at), move.photos?.length && `${move.photos.length} ${sentences.photosWord}`, move.problem && sentences.choose].filter(Boolean).join(" · ");
  at(element, "text").textContent = move.problem ? move.refused : move.text;
  at(element, "text").hidden = !at(element, "text").textContent;
  if (!move.problem) return element;
  at(element, "conflict").hidden = false;
  at(element, "now").textContent = nowText(now, move);
  at(element, "mine").textContent = move.text || move.label;
  const may = new Set(now?.moves.map((one) => one.key));
  const buttons = { anyway: may.has(move.verb), note: may.has("note") && move.verb !== "note" && Boolean(move.text), drop: true };
  for (const [name, shown] of Object.entries(buttons)) {
    const button = at(element, name);
    button.hidden = !shown;
    button.addEventListener("click", () => choose(name));
  }
  return element;
}
