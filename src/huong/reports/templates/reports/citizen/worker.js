// Opens the form and the rescue page without a line. Nothing personal is kept: the copies are those of a stranger.
const CACHE = "huong-citizen-2";
const KEPT = {{ kept|safe }};
const PAGES = ["/reports/new", "/reports/rescue"];
const LEADS_TO_FORM = ["/", "/reports/", "/my/"];
const HASHED = /\.[0-9a-f]{12}\.[a-z0-9]+$/;
let copied = 0;

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

async function page(request, path) {
  try {
    const answer = await (PAGES.includes(new URL(request.url).pathname) ? fetch(request, { signal: AbortSignal.timeout(6000) }) : fetch(request));
    if (answer.ok && Date.now() - copied > 3600000) copyAll();
    return answer;
  } catch {
    return (await caches.match(path, { cacheName: CACHE })) ?? Response.error();
  }
}

async function asset(request) {
  const kept = () => caches.match(request, { cacheName: CACHE, ignoreVary: true });
  if (HASHED.test(new URL(request.url).pathname)) return (await kept()) ?? fetch(request);
  return fetch(request).catch(async () => (await kept()) ?? Response.error());
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && PAGES.includes(url.pathname)) event.respondWith(page(request, url.pathname));
  else if (request.mode === "navigate" && LEADS_TO_FORM.includes(url.pathname)) event.respondWith(page(request, "/reports/new"));
  else if (url.pathname.startsWith("/static/")) event.respondWith(asset(request));
});
