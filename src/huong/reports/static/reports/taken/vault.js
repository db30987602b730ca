// What was taken along, sealed in IndexedDB (AES-256-GCM). The key of the copy exists only wrapped, twice: under the
// officer's code and a key of this device that no script can read, for reading without a line; and under the secret that
// the city keeps, for reading with one. Deleting the wraps makes the copy unreadable; the city destroys its secret.
// Answers that wait are sealed under a key of their own, so that the end of the day does not lose them.
const NAME = "huong-taken";
const ROUNDS = 600000;
const TRIES = 5;
const CLOCK_SLACK = 10 * 60 * 1000;
const bytes = (text) => new TextEncoder().encode(text);
const random = (size) => crypto.getRandomValues(new Uint8Array(size));
const AES = { name: "AES-GCM", length: 256 };

export class WrongCode extends Error {
  constructor(left) {
    super("wrong code");
    this.left = left;
  }
}

function opened() {
  return new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("meta");
      request.result.createObjectStore("sealed", { keyPath: "id" });
      request.result.createObjectStore("waiting", { keyPath: "key" });
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

async function run(table, mode, work) {
  const base = await opened();
  try {
    return await new Promise((done, fail) => {
      const change = base.transaction(table, mode);
      const request = work(change.objectStore(table));
      change.oncomplete = () => done(request.result);
      change.onabort = change.onerror = () => fail(change.error);
    });
  } finally {
    base.close();
  }
}

const read = (table, key) => run(table, "readonly", (store) => store.get(key));
const all = (table) => run(table, "readonly", (store) => store.getAll());
const write = (table, value, key) => run(table, "readwrite", (store) => (key === undefined ? store.put(value) : store.put(value, key)));
const erase = (table, key) => run(table, "readwrite", (store) => store.delete(key));
const clear = (table) => run(table, "readwrite", (store) => store.clear());

export const about = () => read("meta", "pack");
const keepAbout = (pack) => write("meta", pack, "pack");

async function seal(key, uid, id, data) {
  const iv = random(12);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bytes(`${uid}:${id}`) }, key, data);
  return { iv, sealed };
}

const unseal = (key, uid, id, { iv, sealed }) =>
  crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: bytes(`${uid}:${id}`) }, key, sealed);

async function keyOfCode(code, salt, device) {
  const typed = await crypto.subtle.importKey("raw", bytes(code), "PBKDF2", false, ["deriveBits"]);
  const slow = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, typed, 256);
  const bound = await crypto.subtle.sign("HMAC", device, slow);
  return crypto.subtle.importKey("raw", bound, "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function keyOfSecret(secret, salt) {
  const raw = Uint8Array.from(atob(secret), (sign) => sign.charCodeAt(0));
  const given = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: bytes("huong taken along") };
  return crypto.subtle.deriveKey(how, given, AES, false, ["encrypt", "decrypt"]);
}

const imported = (raw) => crypto.subtle.importKey("raw", raw, AES, false, ["encrypt", "decrypt"]);

// Keep what the city gave, under the officer's code. What waits to be sent stays.
export async function keep({ uid, until, secret, reports }, code) {
  await clear("sealed");
  const raw = random(32);
  const [salt, device] = [random(16), await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"])];
  const before = await about();
  const pack = {
    uid, until: Date.parse(until), at: Date.now(), last: Date.now(), tries: 0, salt, device,
    byCode: await seal(await keyOfCode(code, salt, device), uid, "code", raw),
    bySecret: await seal(await keyOfSecret(secret, salt), uid, "secret", raw),
    waitingKey: before?.waitingKey ?? (await crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"])),
  };
  const key = await imported(raw);
  raw.fill(0);
  await keepAbout(pack);
  for (const report of reports) await keepReport(key, report);
  return key;
}

export async function keepReport(key, report) {
  const { uid } = await about();
  await write("sealed", { id: report.number, kind: "report", ...(await seal(key, uid, report.number, bytes(JSON.stringify(report)))) });
}

export async function keepPhoto(key, id, number, blob) {
  const { uid } = await about();
  await write("sealed", { id, kind: "photo", number, ...(await seal(key, uid, id, await blob.arrayBuffer())) });
}

export async function reports(key) {
  const { uid } = await about();
  const rows = (await all("sealed")).filter((row) => row.kind === "report");
  return Promise.all(rows.map(async (row) => JSON.parse(new TextDecoder().decode(await unseal(key, uid, row.id, row)))));
}

export async function photo(key, id) {
  const { uid } = await about();
  const row = await read("sealed", id);
  return row ? new Blob([await unseal(key, uid, id, row)], { type: "image/jpeg" }) : null;
}

export async function drop(number) {
  for (const row of await all("sealed")) if (row.id === number || row.number === number) await erase("sealed", row.id);
}

// Whether the day is over, also for a clock that was set back.
export async function isOver() {
  const pack = await about();
  if (!pack?.byCode) return true;
  const now = Date.now();
  if (now > pack.until || now < pack.last - CLOCK_SLACK) return true;
  if (now > pack.last) await keepAbout({ ...pack, last: now });
  return false;
}

// Open without a line: with the code; after five wrong ones the copy is gone.
export async function openByCode(code) {
  const pack = await about();
  await keepAbout({ ...pack, tries: pack.tries + 1 });
  try {
    const raw = await unseal(await keyOfCode(code, pack.salt, pack.device), pack.uid, "code", pack.byCode);
    await keepAbout({ ...pack, tries: 0 });
    return await imported(raw);
  } catch (error) {
    if (error.name !== "OperationError") throw error;
    const left = TRIES - pack.tries - 1;
    if (left <= 0) await wipe();
    throw new WrongCode(Math.max(0, left));
  }
}

export async function openBySecret(secret) {
  const pack = await about();
  return imported(await unseal(await keyOfSecret(secret, pack.salt), pack.uid, "secret", pack.bySecret));
}

// The copy and its keys go; what waits to be sent stays under its own key.
export async function wipe() {
  const pack = await about();
  await clear("sealed");
  if (pack) await keepAbout({ uid: pack.uid, waitingKey: pack.waitingKey });
}

export async function wipeAll() {
  for (const table of ["sealed", "waiting", "meta"]) await clear(table);
}

// Answers that wait for a line.
export async function keepWaiting(move) {
  const { uid, waitingKey } = await about();
  const sealed = await seal(waitingKey, move.key, "waiting", bytes(JSON.stringify(move)));
  await write("waiting", { key: move.key, at: move.at, uid, ...sealed });
}

// Photos of an answer that waits: each sealed on its own beside it, so that a list of answers opens no picture.
export async function keepWaitingPhoto(key, place, { blob, name }) {
  const { uid, waitingKey } = await about();
  const id = `${key}:${place}`;
  await write("waiting", { key: id, of: key, uid, ...(await seal(waitingKey, id, "photo", await blob.arrayBuffer())) });
  return { id, name, type: blob.type };
}

export async function waitingPhoto({ id, type }) {
  const { waitingKey } = await about();
  const row = await read("waiting", id);
  return row ? new Blob([await unseal(waitingKey, id, "photo", row)], { type }) : null;
}

export async function waiting() {
  const pack = await about();
  if (!pack?.waitingKey) return [];
  const rows = (await all("waiting")).filter((row) => !row.of).sort((a, b) => a.at - b.at);
  return Promise.all(
    rows.map(async (row) => JSON.parse(new TextDecoder().decode(await unseal(pack.waitingKey, row.key, "waiting", row)))),
  );
}

export async function dropWaiting(key) {
  for (const row of await all("waiting")) if (row.key === key || row.of === key) await erase("waiting", row.key);
}
export const newKey = () => Array.from(random(24), (byte) => byte.toString(16).padStart(2, "0")).join("");
