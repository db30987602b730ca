// The list of what is kept on this device: open, delete, send now.
import { flush } from "./outbox.js";
import { all, remove } from "./store.js";

const box = document.querySelector("[data-drafts]");
const list = box?.querySelector("ul");

function element(name, text, changes = {}) {
  const made = Object.assign(document.createElement(name), changes);
  made.textContent = text;
  return made;
}

function line(draft) {
  const item = element("li", "", { className: "draft" });
  const words = element("div", "");
  const time = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
  const photos = draft.photos.length ? ` · ${draft.photos.length} ${box.dataset.photos}` : "";
  words.append(
    element("strong", draft.fields.text?.slice(0, 80) || box.dataset.untitled),
    element("span", `${box.dataset[draft.state]} · ${time}${photos}`, { className: "sub" }),
  );
  if (draft.problem?.detail) words.append(element("span", draft.problem.detail, { className: "field-error" }));
  const open = element("a", box.dataset.open, { href: `/reports/new#draft=${draft.key}`, className: "button button-quiet" });
  const drop = element("button", box.dataset.remove, { type: "button", className: "button button-quiet" });
  drop.addEventListener("click", async () => {
    if (!confirm(box.dataset.sure)) return;
    await remove(draft.key);
    show();
  });
  item.append(words, open, drop);
  return item;
}

export async function show(gone = []) {
  if (!box) return;
  const here = new URLSearchParams(location.hash.slice(1)).get("draft") ?? box.dataset.current;
  const drafts = (await all()).filter((draft) => draft.key !== here || draft.state === "waiting");
  const sent = gone.map((told) => {
    const item = element("li", "", { className: "draft" });
    const link = element("a", `${box.dataset.sent}: ${told.number}`, { href: told.url });
    item.append(link);
    return item;
  });
  list.replaceChildren(...sent, ...drafts.map(line));
  box.querySelector("[data-flush]").hidden = !drafts.some((draft) => draft.state === "waiting");
  box.hidden = !list.children.length;
}

if (box) {
  box.querySelector("[data-flush]").addEventListener("click", async () => show(await flush()));
  addEventListener("huong-drafts", () => show());
}
