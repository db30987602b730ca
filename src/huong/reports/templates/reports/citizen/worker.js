// Opens the form, the rescue page and what officers took along without a line. Nothing personal is kept here: the copies
// of pages are those of a stranger. What officers took along is wiped when they sign out, and when it was ended elsewhere.
const CACHE = "huong-citizen-3";
const KEPT = {{ kept|safe }};
const PAGES = ["/reports/new", "/reports/rescue"];
const LEADS_TO_FORM = ["/", "/reports/", "/my/"];
const HASHED = /\.[0-9a-f]{12}\.[a-z0-9]+$/;
const TAKEN = { page: "/desk/reports/mine-offline", cache: "huong-taken-1", base: "huong-taken", every: 30000 };
let copied = 0;
let asked = 0;

async function copyPage(cache, path) {
  const answer = await fetch(path, { credentials: "omit", cache: "no-cache" });
  if (!answer.ok) return;
  await cache.put(path, answer.clone());
  const text = await answer.text();
  const named = [...text.matchAll(/(?:href|src)="(\/static\/[^"#]+)/g)].map((one) => one[1]);
  await Promise.all([...new Set(named)].map((url) => keep(cache, url)));
}

async function keep(cache, url) {
  const answer = await fetch(url).catch(() => null);
  if (answer?.ok) await cache.put(url, answer);
}

async function copyAll() {
  copied = Date.now();
  const cache = await caches.open(CACHE);
  await Promise.all([...PAGES.map((path) => copyPage(cache, path)), ...KEPT.map((url) => keep(cache, url))]);
}

self.addEventListener("install", (event) => event.waitUntil(copyAll().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) =>
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("huong-citizen") && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  ),
);

async function page(request, path, name = CACHE) {
  try {
    const answer = await ([...PAGES, TAKEN.page].includes(new URL(request.url).pathname) ? fetch(request, { signal: AbortSignal.timeout(6000) }) : fetch(request));
    if (answer.ok && Date.now() - copied > 3600000) copyAll();
    return answer;
  } catch {
    return (await caches.match(path, { cacheName: name })) ?? Response.error();
  }
}

async function asset(request) {
  const kept = () => caches.match(request, { ignoreVary: true });
  if (HASHED.test(new URL(request.url).pathname)) return (await kept()) ?? fetch(request);
  return fetch(request).catch(async () => (await kept()) ?? Response.error());
}

// The base of what was taken along, if there is one: `work` gets it open.
async function withTaken(work) {
  const known = (await indexedDB.databases?.()) ?? [];
  if (!known.some((one) => one.name === TAKEN.base)) return null;
  const base = await new Promise((done, fail) => {
    const request = indexedDB.open(TAKEN.base);
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  try {
    return base.objectStoreNames.contains("meta") ? await work(base) : null;
  } finally {
    base.close();
  }
}

const finished = (request) =>
  new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });

const taken = () => withTaken((base) => finished(base.transaction("meta").objectStore("meta").get("pack")));
const waits = () => withTaken((base) => finished(base.transaction("waiting").objectStore("waiting").count()));

// The copy and its keys go; answers that wait stay, under their own key, unless everything must go.
async function wipeTaken(pack, everything) {
  await withTaken(async (base) => {
    const change = base.transaction(["meta", "sealed", "waiting"], "readwrite");
    change.objectStore("sealed").clear();
    if (everything) change.objectStore("waiting").clear();
    const left = everything ? { ended: true } : { uid: pack.uid, waitingKey: pack.waitingKey };
    change.objectStore("meta").put(left, "pack");
    await new Promise((done) => (change.oncomplete = change.onabort = done));
  });
  new BroadcastChannel(TAKEN.base).postMessage("wiped");
}

async function mayStay() {
  if (Date.now() - asked < TAKEN.every) return;
  asked = Date.now();
  const pack = await taken();
  if (!pack?.byCode) return;
  const answer = await fetch(`/desk/reports/taken/${pack.uid}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (Date.now() > pack.until || answer?.status === 410) await wipeTaken(pack, Date.now() <= pack.until);
}

async function leave(request) {
  const copy = request.clone();
  const pack = await taken().catch(() => null);
  if (pack?.byCode) {
    const left = await waits();
    await wipeTaken(pack, !left);
    const token = (await copy.formData().catch(() => null))?.get("csrfmiddlewaretoken") ?? "";
    const told = { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": token }, signal: AbortSignal.timeout(3000) };
    if (!left) await fetch(`/desk/reports/taken/${pack.uid}/end`, told).catch(() => null);
  }
  return fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST" && url.pathname === "/account/sign-out") return event.respondWith(leave(request));
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.waitUntil(mayStay().catch(() => null));
  if (request.mode === "navigate" && PAGES.includes(url.pathname)) event.respondWith(page(request, url.pathname));
  else if (request.mode === "navigate" && url.pathname === TAKEN.page) event.respondWith(page(request, TAKEN.page, TAKEN.cache));
  else if (request.mode === "navigate" && LEADS_TO_FORM.includes(url.pathname)) event.respondWith(page(request, "/reports/new"));
  else if (url.pathname.startsWith("/static/")) event.respondWith(asset(request));
});
