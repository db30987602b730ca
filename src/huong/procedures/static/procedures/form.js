// A step of a form: what is typed is saved while it is typed, and kept on this device until the city surely has it.
const PREFIX = "huong-dossier:";
const WAIT = 900;
const LINGER = 5000; // a page asked for at the same moment may have been made before the saving
const DAY = 86400;
const LOOKS = [700, 1000, 1500, 2000, 3000, 3000, 4000, 5000, 5000];
const form = document.querySelector("form[data-autosave]");

function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function put(key, entry) {
  try {
    localStorage.setItem(key, JSON.stringify(entry));
  } catch {
    /* a full or closed store: the city's copy is enough */
  }
}

function forgetSaved(except, arrived) {
  try {
    for (const key of Object.keys(localStorage)) {
      const entry = key.startsWith(PREFIX) && key !== except && kept(key);
      if (entry && (entry.saved || (arrived && entry.sent) || Date.now() / 1000 - entry.at > DAY)) localStorage.removeItem(key);
    }
  } catch {
    /* no store, nothing to forget */
  }
}

function begin() {
  const key = PREFIX + form.dataset.key;
  const line = form.querySelector("[data-saved]");
  const ahead = Date.now() / 1000 - Number(form.dataset.now); // how far this device's clock is ahead of the city's
  const typed = () => [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  let timer;

  const keep = () => put(key, { at: Date.now() / 1000 - ahead, typed: typed() });

  const save = async () => {
    const at = kept(key)?.at;
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { saved } = await answer.json();
      line.textContent = `${line.dataset.words} ${saved}`;
      if (kept(key)?.at !== at) return; // typed on meanwhile
      put(key, { ...kept(key), saved: true });
      setTimeout(() => kept(key)?.at === at && localStorage.removeItem(key), LINGER);
    } catch {
      line.textContent = line.dataset.kept;
    }
  };

  const before = kept(key);
  if (before && before.at > Number(form.dataset.version)) {
    for (const [name, value] of before.typed) {
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
        else field.value = value;
      }
    }
    save();
  } else if (before) localStorage.removeItem(key);

  form.addEventListener("input", () => {
    keep();
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keep();
    put(key, { ...kept(key), sent: true }); // a later step that opens says that it arrived
  });
  addEventListener("online", () => kept(key) && save());
  lookAgain(() => kept(key) && !kept(key).saved && save());
  forgetSaved(key, true);
}

function said(field) {
  const boxes = field?.querySelectorAll("input[type=radio], input[type=checkbox]") ?? [];
  if (boxes.length) return [...boxes].find((box) => box.checked)?.value ?? "";
  return field?.querySelector("input:not([type=hidden], [type=file]), textarea, select")?.value ?? "";
}

function putIn(old, now) {
  const mine = said(old);
  if (mine && mine !== said(now)) return; // what she types is saved first; the next look brings both
  const focused = old.contains(document.activeElement);
  if (!now) return focused || old.remove();
  old.replaceWith(now);
  if (focused) now.querySelector("input:not([type=hidden]), textarea, select")?.focus();
}

function merge(fresh) {
  for (const old of document.querySelectorAll("[data-asking], #fields > .field")) {
    const now = fresh.getElementById(old.id);
    if (!now || (old.hasAttribute("data-asking") && !now.hasAttribute("data-asking"))) putIn(old, now);
  }
  let before = null; // answers may open further fields
  for (const now of [...(fresh.getElementById("fields")?.children ?? [])]) {
    if (!document.getElementById(now.id)) before ? before.after(now) : document.getElementById("fields")?.prepend(now);
    before = document.getElementById(now.id);
  }
  fresh.querySelector("#asking [data-plain]")?.remove();
  for (const old of document.querySelectorAll("[data-fresh]")) {
    const now = fresh.getElementById(old.id);
    if (now) old.replaceChildren(...now.childNodes);
    else if (old.dataset.done) old.textContent = old.dataset.done;
  }
}

// Fills in what sources answer while the page is open, until nothing is asked any more.
async function lookAgain(save) {
  document.querySelector("#asking [data-plain]")?.remove(); // "load again" is for pages without scripts
  for (const wait of LOOKS) {
    if (!document.querySelector("[data-asking]")) return;
    await new Promise((done) => setTimeout(done, wait));
    try {
      await save();
      const answer = await fetch(location.href, { redirect: "error" });
      if (answer.ok) merge(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      /* no line: the next look, or "load again" */
    }
  }
}

if (form) begin();
else {
  forgetSaved("", false);
  lookAgain(() => {});
}
