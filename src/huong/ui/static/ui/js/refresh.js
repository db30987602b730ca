// Bring a part of the page up to date while work is under way; without scripts the page reloads itself.
async function refresh(part) {
  const answer = await fetch(part.dataset.refresh, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.ok) {
    const text = await answer.text();
    if (text !== part.dataset.last) part.innerHTML = text;
    part.dataset.last = text;
    if (answer.headers.get("Huong-Done")) return location.reload();
  }
  setTimeout(refresh, 1000, part);
}
document.querySelectorAll("[data-refresh]").forEach((part) => setTimeout(refresh, 600, part));
