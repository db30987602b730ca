// A step of a form: what is typed is saved while it is typed, and kept on this device until the city has it.
const form = document.querySelector("form[data-autosave]");
const WAIT = 900;

function kept(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

function typed() {
  return [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
}

if (form) {
  const key = `huong-dossier:${form.dataset.key}`;
  const line = form.querySelector("[data-saved]");
  let timer;

  const keep = () => {
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now() / 1000, typed: typed() }));
    } catch {
      /* a full or closed store: the city's copy is enough */
    }
  };

  const save = async () => {
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { saved } = await answer.json();
      localStorage.removeItem(key);
      line.textContent = `${line.dataset.words} ${saved}`;
    } catch {
      line.textContent = line.dataset.kept;
    }
  };

  const restore = () => {
    const before = kept(key);
    if (!before || before.at < Number(form.dataset.version)) return localStorage.removeItem(key);
    for (const [name, value] of before.typed) {
      for (const field of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
        else field.value = value;
      }
    }
    save();
  };

  restore();
  form.addEventListener("input", () => {
    keep();
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keep();
  });
  addEventListener("online", () => kept(key) && save());
}
