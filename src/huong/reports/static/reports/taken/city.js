// Talking with the city: take along, ask whether the copy may stay, send what waits.
import { about, drop, dropWaiting, keepPhoto, keepReport, keepWaiting, waiting, waitingPhoto, wipe, wipeAll } from "./vault.js";

const BASE = "/desk/reports/taken";
export class NoLine extends Error {}
export class NotSignedIn extends Error {}
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? "");
    this.status = status;
    this.problem = problem;
  }
}

const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

async function ask(path, body) {
  const headers = { Accept: "application/json" };
  const options = { headers, redirect: "manual", signal: AbortSignal.timeout(60000), cache: "no-store" };
  if (body !== undefined) {
    const file = body instanceof FormData;
    Object.assign(headers, { "X-CSRFToken": token() }, file ? {} : { "Content-Type": "application/json" });
    Object.assign(options, { method: "POST", body: file ? body : JSON.stringify(body) });
  }
  let answer;
  try {
    answer = await fetch(BASE + path, options);
  } catch (error) {
    throw new NoLine("no line", { cause: error });
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new NotSignedIn();
  if (answer.status >= 500 || answer.status === 429) throw new NoLine(String(answer.status));
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

function device() {
  const known = [["Edg", "Edge"], ["OPR", "Opera"], ["SamsungBrowser", "Samsung Internet"], ["Firefox", "Firefox"], ["Chrome", "Chrome"], ["Safari", "Safari"]];
  const machines = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "Mac"], ["Linux", "Linux"]];
  const name = (pairs) => pairs.find(([mark]) => navigator.userAgent.includes(mark))?.[1] ?? "?";
  return `${name(known)}, ${name(machines)}`;
}

export const takeAlong = () => ask("", { device: device() });
export const secretOf = async (uid) => (await ask(`/${uid}/key`, {})).secret;
export const asItIs = (uid, number) => ask(`/${uid}/reports/${number}`);
export const end = (uid) => ask(`/${uid}/end`, {});

// Ask whether the copy may stay; wipe what may not. True: it may; null: nobody could be asked.
export async function mayStay() {
  const pack = await about();
  if (!pack?.byCode) return false;
  try {
    const told = await ask(`/${pack.uid}`);
    for (const number of told.drop) await drop(number);
    return true;
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 410) return null;
    await (Date.now() > pack.until ? wipe() : wipeAll());
    return false;
  }
}

export async function fetchPhotos(key, reports, tell) {
  const wanted = reports.flatMap((report) => report.photos.map((id) => [report.number, id]));
  let missing = 0;
  for (const [place, [number, id]] of wanted.entries()) {
    tell(place + 1, wanted.length);
    try {
      const answer = await fetch(`/desk/reports/${number}/photos/${id}-large.jpg`, { redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      await keepPhoto(key, id, number, await answer.blob());
    } catch {
      missing += 1;
    }
  }
  return missing;
}

// Send the photos of a move that are not there yet; what is there is remembered, so that a lost line sends none again.
async function sendPhotos(uid, move) {
  for (const photo of move.photos ?? []) {
    const blob = move.there?.[photo.id] ? null : await waitingPhoto(photo);
    if (!blob) continue;
    const body = new FormData();
    body.append("file", blob, photo.name);
    move.there = { ...move.there, [photo.id]: (await ask(`/${uid}/photos`, body)).id };
    await keepWaiting(move);
  }
}

async function attempt(uid, move) {
  await sendPhotos(uid, move);
  const photos = (move.photos ?? []).map((photo) => move.there?.[photo.id]).filter(Boolean);
  return ask(`/${uid}/moves`, {
    key: move.key, number: move.number, verb: move.verb, text: move.text, public: move.public, version: move.version, photos,
  });
}

async function sendOne(move, key) {
  const { uid } = await about();
  let told;
  try {
    told = await attempt(uid, move);
  } catch (error) {
    if (error.problem?.code !== "no_such_photo") throw error;
    move.there = {}; // the city keeps waiting photos for a week: send them anew
    told = await attempt(uid, move);
  }
  await dropWaiting(move.key);
  if (!told.report) await drop(move.number);
  else if (key) await keepReport(key, told.report);
  for (const later of await waiting())
    if (later.number === move.number && later.version === move.version) await keepWaiting({ ...later, version: told.version });
  return told;
}

const alone = (work) => (navigator.locks ? navigator.locks.request("huong-taken", work) : work());

// Send what waits, in the order in which it was written, each once; what is refused waits for a choice.
export function sendWaiting(key) {
  return alone(async () => {
    const sent = [];
    const stopped = new Set();
    for (const move of await waiting()) {
      if (move.problem) stopped.add(move.number);
      if (stopped.has(move.number)) continue;
      const fresh = (await waiting()).find((one) => one.key === move.key);
      try {
        sent.push(await sendOne(fresh, key));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (error.status === 404) throw new NotSignedIn(); // somebody else took it along
        if (error.status === 410) {
          await wipeAll();
          throw error;
        }
        stopped.add(move.number);
        await keepWaiting({ ...fresh, problem: error.problem, refused: error.message });
      }
    }
    return sent;
  });
}
