// The desks of reports and dossiers: keys, how many rows are chosen, stock answers put into the box.
const writing = (target) => target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
const open = (selector) => {
  const found = document.querySelector(selector);
  if (!found) return false;
  if (found.tagName === "DETAILS") found.open = true;
  (found.querySelector("select, textarea, input:not([type=hidden]), button") ?? found).focus();
  found.scrollIntoView({ block: "center" });
  return true;
};
const openMany = (verb) => {
  const box = document.querySelector(".many");
  if (!box) return;
  box.open = true;
  box.querySelector("[name=verb]").value = verb;
  box.querySelector("[name=agency]").focus();
};
const keys = {
  x: () => document.activeElement?.closest("tr")?.querySelector("input[type=checkbox]")?.click(),
  c: () => open("#move-hand_over") || openMany("hand_over"),
  n: () => open("#move-note"),
  s: () => open("#move-request_supplement"),
  a: () => document.querySelector("[data-main]")?.focus(),
  m: () => document.querySelector("[data-new]")?.click(),
  l: () => document.querySelector(".crumbs a")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
  if (Object.hasOwn(keys, event.key)) keys[event.key]();
});

const shown = document.querySelector("[data-chosen]");
const count = () => {
  if (shown) shown.textContent = document.querySelectorAll(`[name=${shown.dataset.chosen}]:checked`).length || "";
};
document.addEventListener("change", ({ target }) => {
  if (shown && target.name === shown.dataset.chosen) {
    count();
    if (target.checked) document.querySelector(".many").open = true;
  }
  const goal = target.dataset.stock && document.getElementById(target.dataset.stock);
  if (!goal) return;
  const words = target.selectedOptions[0].dataset.text ?? target.value;
  if (words) { goal.value = words; goal.focus(); }
});
count();
