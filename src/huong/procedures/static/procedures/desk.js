// The desk of dossiers: keys, how many rows are chosen, which field a reason belongs to.
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

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
  const row = document.activeElement?.closest("tr");
  if (event.key === "x" && row) row.querySelector("input[type=checkbox]")?.click();
  else if (event.key === "c") { if (!open("#move-hand_over")) openMany("hand_over"); }
  else if (event.key === "n") open("#move-note");
  else if (event.key === "s") open("#move-request_supplement");
  else if (event.key === "a") document.querySelector("[data-main]")?.focus();
  else if (event.key === "m") document.querySelector("[data-new]")?.click();
  else if (event.key === "l") document.querySelector(".crumbs a")?.click();
});

const count = () => {
  const shown = document.querySelector("[data-chosen]");
  if (shown) shown.textContent = document.querySelectorAll("[name=chosen]:checked").length || "";
};
document.addEventListener("change", (event) => {
  if (event.target.name !== "chosen") return;
  count();
  if (event.target.checked) document.querySelector(".many").open = true;
});
count();
