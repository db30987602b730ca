// The counter's form: fields that depend on an answer show only when it is given; without this script all show.
const form = document.querySelector("[data-counter]");
const value = (path) => {
  const known = form.querySelector(`[data-path="${CSS.escape(path)}"][data-known]`)?.dataset.known;
  if (known) return JSON.parse(known); // what a source said stands on the page to be read, not to be sent
  const found = form.querySelector(`[name="${CSS.escape(path)}"]`)?.value ?? "";
  return { true: true, false: false }[found] ?? found;
};
const holds = (when) => Object.entries(when).every(([path, wanted]) => (Array.isArray(wanted) ? wanted : [wanted]).includes(value(path)));
const show = () => {
  for (const box of form.querySelectorAll("[data-when]")) {
    if (box.dataset.when) box.hidden = !holds(JSON.parse(box.dataset.when));
  }
};
if (form) {
  form.addEventListener("change", show);
  show();
}
