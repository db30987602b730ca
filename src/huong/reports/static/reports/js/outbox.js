// Sends what waits, one after another, each once: the draft's own key makes a repeated sending harmless.
import { all, device, get, put, remove } from "./store.js";

export class Refused extends Error {
  constructor(problem) {
    super(problem.detail ?? problem.title ?? "");
    this.problem = problem;
  }
}
export class NotYet extends Error {}

async function post(url, body) {
  const headers = { Accept: "application/json", "X-Device": device() };
  let answer;
  try {
    answer = await fetch(url, { method: "POST", body, headers, signal: AbortSignal.timeout(90000) });
  } catch (error) {
    throw new NotYet("no line", { cause: error });
  }
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) throw new NotYet(String(answer.status));
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(told);
  return told;
}

async function sendPhotos(draft) {
  for (const photo of draft.photos.filter((one) => !one.id)) {
    const body = new FormData();
    body.append("file", photo.blob, photo.name);
    photo.id = (await post("/api/v1/reports/photos", body)).id;
    await put(draft);
  }
}

async function sendForm(draft) {
  const body = new FormData();
  for (const [name, value] of Object.entries(draft.fields)) body.append(name, value);
  for (const photo of draft.photos) body.append("photo", photo.id);
  body.set("key", draft.key);
  return post("/reports/new", body);
}

async function attempt(draft) {
  await sendPhotos(draft);
  try {
    return await sendForm(draft);
  } catch (error) {
    if (error.problem?.code !== "no_such_photo") throw error;
    draft.photos.forEach((photo) => delete photo.id); // the city keeps waiting photos for a week: send them anew
    await sendPhotos(draft);
    return sendForm(draft);
  }
}

const alone = (work) => (navigator.locks ? navigator.locks.request("huong-outbox", work) : work());

// Send one draft and forget it. What the line did not carry stays waiting; what the city refused says why.
export function send(key) {
  return alone(async () => {
    const draft = await get(key);
    if (!draft) return null;
    try {
      const told = await attempt(draft);
      await remove(key);
      dispatchEvent(new Event("huong-drafts"));
      return told;
    } catch (error) {
      if (error instanceof Refused) await put({ ...draft, state: "refused", problem: error.problem });
      throw error;
    }
  });
}

export async function flush() {
  const sent = [];
  for (const draft of (await all()).filter((one) => one.state === "waiting").reverse()) {
    try {
      const told = await send(draft.key);
      if (told) sent.push(told);
    } catch (error) {
      if (error instanceof NotYet) break;
    }
  }
  return sent;
}
