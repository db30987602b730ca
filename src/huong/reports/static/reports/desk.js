// The desk of field reports: keys, stock answers put into the box, how many rows are chosen, one key for one call.
const writing = (target) => target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
const open = (selector) => {
  const found = document.querySelector(selector);
  if (!found) return false;
  if (found.tagName === "DETAILS") found.open = true;
  (found.querySelector("select, textarea, input:not([type=hidden]), button") ?? found).focus();
  found.scrollIntoView({ block: "center" });
  return true;
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
  const row = document.activeElement?.closest("tr");
  if (event.key === "x" && row) row.querySelector("input[type=checkbox]")?.click();
  else if (event.key === "c") { if (!open("#move-hand_over")) openMany("hand_over"); }
  else if (event.key === "n") open("#move-note");
  else if (event.key === "a") document.querySelector("[data-main]")?.focus();
  else if (event.key === "l") document.querySelector(".crumbs a")?.click();
});

function openMany(verb) {
  const box = document.querySelector(".many");
  if (!box) return;
  box.open = true;
  const choose = box.querySelector("[name=verb]");
  choose.value = verb;
  box.querySelector("[name=agency]").focus();
}

const count = () => {
  const shown = document.querySelector("[data-chosen]");
  if (shown) shown.textContent = document.querySelectorAll("[name=numbers]:checked").length || "";
};
document.addEventListener("change", (event) => {
  if (event.target.name === "numbers") {
    count();
    if (event.target.checked) document.querySelector(".many").open = true;
  }
  const goal = event.target.dataset.stock && document.getElementById(event.target.dataset.stock);
  if (goal && event.target.value) { goal.value = event.target.value; goal.focus(); }
  if (event.target.id === "m-stock") document.getElementById("m-text").value = event.target.selectedOptions[0].dataset.text ?? "";
});
count();
