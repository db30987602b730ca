// Send a filter as soon as it is chosen; the button beside it does the same without scripts.
for (const control of document.querySelectorAll("[data-autosubmit]")) {
  control.addEventListener("change", () => control.form.requestSubmit());
}
