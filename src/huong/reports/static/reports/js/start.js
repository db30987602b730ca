// Every citizen page: make the form work without a line, and send what waits as soon as there is one.
import { show } from "./drafts.js";
import { flush } from "./outbox.js";

async function sendWaiting() {
  if (!navigator.onLine) return show();
  await show(await flush());
}

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/reports/worker.js", { scope: "/" }).catch(() => {});
addEventListener("online", sendWaiting);
if ("indexedDB" in window) sendWaiting();
