// Drafts of this browser, with their photos, in IndexedDB. A draft's key is also the key of its sending.
const NAME = "huong-reports";
const TABLE = "drafts";

function opened() {
  return new Promise((done, fail) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: "key" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
}

async function run(mode, work) {
  const base = await opened();
  try {
    return await new Promise((done, fail) => {
      const change = base.transaction(TABLE, mode);
      const request = work(change.objectStore(TABLE));
      change.oncomplete = () => done(request.result);
      change.onabort = change.onerror = () => fail(change.error);
    });
  } finally {
    base.close();
  }
}

export const all = async () => (await run("readonly", (table) => table.getAll())).sort((a, b) => b.at - a.at);
export const get = (key) => run("readonly", (table) => table.get(key));
export const remove = (key) => run("readwrite", (table) => table.delete(key));

export async function put(draft) {
  await run("readwrite", (table) => table.put(draft));
  dispatchEvent(new Event("huong-drafts"));
  new BroadcastChannel(NAME).postMessage("changed");
}

export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function device() {
  try {
    const known = localStorage.getItem("huong-device") ?? newKey();
    localStorage.setItem("huong-device", known);
    return known;
  } catch {
    return "";
  }
}
