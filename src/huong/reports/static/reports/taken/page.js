// The page of what was taken along: take, open, read, answer, send, wipe.
import { NoLine, NotSignedIn, Refused, asItIs, end, fetchPhotos, mayStay, secretOf, sendWaiting, takeAlong } from "./city.js";
import * as vault from "./vault.js";
import { matters, moment, part, say, sentences, show, waitingLine } from "./view.js";

const SHELL = "/desk/reports/mine-offline";
const CACHE = "huong-taken-1";
const AWAY = 5 * 60 * 1000;
const said = new BroadcastChannel("huong-taken");
let key = null;
let away = 0;

// Keep the page itself, as a stranger sees it, so that it opens without a line.
async function keepShell() {
  const cache = await caches.open(CACHE);
  const used = performance.getEntriesByType("resource").map((one) => new URL(one.name)).filter((url) => url.pathname.startsWith("/static/"));
  const urls = [...new Set(used.map((url) => url.pathname))];
  await Promise.all([SHELL, ...urls].map(async (url) => {
    const answer = await fetch(url, { credentials: "omit", cache: "no-cache" }).catch(() => null);
    if (answer?.ok) await cache.put(url, answer);
  }));
}

async function drawWaiting() {
  const [rows, pack] = [await vault.waiting(), await vault.about()];
  const lines = await Promise.all(rows.map(async (move) => {
    const now = move.problem ? await asItIs(pack.uid, move.number).catch(() => null) : null;
    return waitingLine(key || now ? move : { ...move, text: "", title: "" }, now, (what) => choose(what, move, now));
  }));
  part("waiting").querySelector("[data-waiting]").replaceChildren(...lines);
  part("waiting").hidden = !rows.length;
  return rows;
}

async function draw() {
  const rows = await drawWaiting();
  if (!key) return;
  const pack = await vault.about();
  matters(await vault.reports(key), key, rows, write);
  document.querySelector("[data-until]").textContent = `${sentences.until} ${moment(pack.until)}`;
}

async function choose(what, move, now) {
  if (what === "drop") await vault.dropWaiting(move.key);
  else {
    const verb = what === "note" ? "note" : move.verb;
    const label = what === "note" ? now.moves.find((one) => one.key === "note").label : move.label;
    await vault.keepWaiting({ ...move, verb, label, version: now.version, problem: null, refused: null });
  }
  if (now && key) await vault.keepReport(key, now);
  await send();
}

async function write(move) {
  const key = vault.newKey();
  const photos = [];
  for (const [place, photo] of move.photos.entries()) photos.push(await vault.keepWaitingPhoto(key, place, photo));
  await vault.keepWaiting({ ...move, photos, key, at: Date.now() });
  say(sentences.kept);
  await draw();
  await send();
}

async function send() {
  try {
    if (navigator.onLine) {
      const sent = await sendWaiting(key);
      if (sent.length) say(`${sentences.sent}: ${sent.map((one) => `${one.number} – ${one.state}`).join(", ")}`, "good");
    }
  } catch (error) {
    if (error instanceof NotSignedIn) say(sentences.signIn, "weak", { text: "→", url: `/account/?next=${SHELL}` });
    else if (error instanceof Refused) return gone(sentences.ended);
    else if (!(error instanceof NoLine)) throw error;
  }
  await draw();
  if ((await vault.waiting()).some((move) => move.problem)) say(sentences.conflict, "weak");
}

function gone(text) {
  key = null;
  matters([], null, [], write);
  show("none");
  say(text, "weak");
  return drawWaiting();
}

async function openedOnline() {
  try {
    key = await vault.openBySecret(await secretOf((await vault.about()).uid));
  } catch (error) {
    if (error instanceof Refused) await vault.wipeAll();
    else if (!(error instanceof NotSignedIn || error instanceof NoLine)) throw error;
  }
}

async function start() {
  document.querySelector("[data-offline]").hidden = navigator.onLine;
  const before = await vault.about();
  if (!before?.byCode) {
    show("none");
    if (before?.ended) {
      say(sentences.ended, "weak");
      return vault.wipeAll();
    }
    return send();
  }
  if (await vault.isOver()) {
    await vault.wipe();
    await gone(sentences.over);
    return send();
  }
  const stays = await mayStay();
  if (stays === false) return gone((await vault.about()) ? sentences.over : sentences.ended);
  if (stays && !key) await openedOnline();
  if (!(await vault.about())?.byCode) return gone(sentences.ended);
  show(key ? "open" : "locked");
  return send();
}

function lock() {
  key = null;
  matters([], null, [], write);
  show("locked");
  return drawWaiting();
}

const simple = (code) => new Set(code).size < 3 || "01234567890123456789 98765432109876543210".includes(code);

async function take(form) {
  const [code, again] = [form.elements.code, form.elements.again];
  if (code.value !== again.value) return say(sentences.differ, "bad");
  if (simple(code.value)) return say(sentences.simple, "bad");
  const old = await vault.about();
  say(sentences.taking);
  try {
    const taken = await takeAlong();
    key = await vault.keep(taken, code.value);
    form.reset();
    if (old?.byCode) await end(old.uid).catch(() => null);
    const missing = await fetchPhotos(key, taken.reports, (place, count) => say(`${sentences.taking} ${sentences.photos} ${place}/${count}`));
    await keepShell();
    show("open");
    say(missing ? `${sentences.missing} ${missing}` : sentences.taken, missing ? "weak" : "good");
    await draw();
  } catch (error) {
    if (error instanceof NotSignedIn) location.assign(`/account/?next=${SHELL}`);
    else if (error instanceof NoLine) say(sentences.noLine, "weak");
    else if (error instanceof Refused) say(error.message, "bad");
    else throw error;
  }
}

async function unlock(form) {
  const code = form.elements.code.value;
  form.reset();
  if (await vault.isOver()) return start();
  try {
    key = await vault.openByCode(code);
    say("");
    show("open");
    await draw();
  } catch (error) {
    if (!(error instanceof vault.WrongCode)) throw error;
    if (!error.left) return gone(sentences.gone);
    say(`${sentences.wrong} ${error.left}`, "bad");
  }
}

async function endAll() {
  if (!confirm(sentences.sure)) return;
  const { uid } = await vault.about();
  await end(uid).catch(() => null);
  await vault.wipeAll();
  said.postMessage("wiped");
  await gone(sentences.gone);
}

const on = (selector, event, work) => document.querySelector(selector).addEventListener(event, work);
const form = (selector, work) => on(selector, "submit", (event) => {
  event.preventDefault();
  work(event.target);
});

if (!globalThis.indexedDB || !globalThis.crypto?.subtle) show("unable");
else {
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/reports/worker.js", { scope: "/" }).catch(() => {});
  form("[data-take]", take);
  form("[data-unlock]", unlock);
  on("[data-send]", "click", start);
  on("[data-again]", "click", async () => {
    await send();
    show("none");
    await drawWaiting();
  });
  on("[data-lock]", "click", lock);
  on("[data-end]", "click", endAll);
  said.addEventListener("message", () => location.reload());
  addEventListener("online", start);
  addEventListener("offline", () => (document.querySelector("[data-offline]").hidden = false));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) away = Date.now();
    else if (key && Date.now() - away > AWAY) lock().then(start);
  });
  setInterval(async () => key && (await vault.isOver()) && start(), 20000);
  await start();
}
