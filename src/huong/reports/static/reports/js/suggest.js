// While somebody writes: what kind it sounds like, what is asked for that kind, and what others reported nearby.
const known = JSON.parse(document.querySelector("#about-kinds").textContent);
const option = (select, key) => [...select.options].find((one) => one.value === key);

function made(name, text, changes = {}) {
  const element = Object.assign(document.createElement(name), changes);
  element.textContent = text;
  return element;
}

function question(one, words, value) {
  const field = made("div", "", { className: "field" });
  const label = made("label", one.text, { htmlFor: `ask_${one.code}` });
  if (!one.required) label.append(" ", made("span", `(${words.optional})`, { className: "optional" }));
  const choices = one.kind === "choice" ? one.choices.map((each) => [each, each]) : [["yes", words.yes], ["no", words.no]];
  const chosen = one.kind === "choice" || one.kind === "yesno";
  const control = made(chosen ? "select" : "input", "", { id: `ask_${one.code}`, name: `ask_${one.code}` });
  if (chosen) control.append(new Option("", ""), ...choices.map(([key, text]) => new Option(text, key)));
  if (one.kind === "number") control.inputMode = "decimal";
  control.value = value ?? "";
  field.append(label, control);
  return field;
}

export function askFor(form, words, fields = {}) {
  const box = form.querySelector("[data-questions]");
  const about = known[form.elements.category.value];
  box.replaceChildren(
    ...(about?.hint ? [made("p", about.hint, { className: "small quiet" })] : []),
    ...(about?.questions ?? []).map((one) => question(one, words, fields[`ask_${one.code}`])),
  );
  form.querySelector("[data-danger]").hidden = !about?.danger;
}

function chips(form, keys, changed) {
  const box = form.querySelector("[data-suggested]");
  const { category } = form.elements;
  box.querySelector(".chips").replaceChildren(
    ...keys.filter((key) => option(category, key)).map((key) => {
      const button = made("button", option(category, key).textContent, { type: "button", className: "chip" });
      button.setAttribute("aria-pressed", String(category.value === key));
      button.addEventListener("click", () => {
        category.value = category.value === key ? "" : key;
        category.dispatchEvent(new Event("change", { bubbles: true }));
        changed();
      });
      return button;
    }),
  );
  box.hidden = !keys.length;
}

function similar(form, found, words) {
  const box = document.querySelector("[data-similar]");
  box.querySelector("[data-similar-list]").replaceChildren(
    ...found.slice(0, 3).map(({ report, metres }) => {
      const item = made("div", "", { className: "same" });
      const away = metres === null ? "" : ` · ${Math.round(metres)} ${words.metres}`;
      const text = made("div", "");
      text.append(made("strong", report.title || report.category_name), made("span", `${report.state_name}${away}`, { className: "sub" }));
      item.append(text, made("a", words.follow, { href: `/reports/${report.number}#follow`, className: "button button-second" }));
      return item;
    }),
  );
  box.hidden = !found.length;
}

export function suggest(form, words, changed) {
  let last = "";
  let timer = 0;
  const { text, category, unit, lon, lat } = form.elements;

  async function look() {
    const point = lon.value && lat.value ? { lon: Number(lon.value), lat: Number(lat.value) } : {};
    const body = JSON.stringify({ text: text.value, category: category.value, unit: unit.value, ...point });
    if (body === last || text.value.trim().length < 8) return;
    last = body;
    const headers = { "Content-Type": "application/json", Accept: "application/json", "Accept-Language": document.documentElement.lang };
    const answer = await fetch("/api/v1/reports/suggest", { method: "POST", body, headers }).catch(() => null);
    if (!answer?.ok) return;
    const found = await answer.json();
    chips(form, found.categories.map(([key]) => key), changed);
    similar(form, found.similar, words);
  }

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(look, 700);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  category.addEventListener("change", () => {
    askFor(form, words);
    form.querySelectorAll("[data-suggested] .chip").forEach((chip) => {
      chip.setAttribute("aria-pressed", String(chip.textContent === category.selectedOptions[0]?.textContent && category.value !== ""));
    });
  });
}
