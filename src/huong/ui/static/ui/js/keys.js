// J and K choose a row, Enter opens it, / goes to the search box. Never while somebody is writing.
const writing = (target) => target.closest("input, select, textarea, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-keys] tbody tr")].filter((row) => row.querySelector("a"));

function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(all.length - 1, Math.max(0, now + step))];
  (next.querySelector("a.cell-main") ?? next.querySelector("a")).focus();
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "/") {
    const box = document.querySelector("main input[type=search]");
    if (!box) return;
    event.preventDefault();
    box.focus();
  }
});
