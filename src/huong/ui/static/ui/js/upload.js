// Show how far an upload is, and take a file dropped on the box. The plain form works without this.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]");
  const box = form.querySelector(".drop");
  const progress = form.querySelector("[data-upload-progress]");

  const named = () => {
    const name = form.querySelector("[data-file-name]");
    if (name && input.files[0]) name.textContent = input.files[0].name;
  };
  input.addEventListener("change", named);

  for (const kind of ["dragover", "dragleave", "drop"]) {
    box?.addEventListener(kind, (event) => {
      event.preventDefault();
      box.classList.toggle("is-over", kind === "dragover");
      if (kind === "drop" && event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        named();
      }
    });
  }

  form.addEventListener("submit", (event) => {
    if (!progress || !input.files.length) return;
    event.preventDefault();
    const bar = progress.querySelector("progress");
    progress.hidden = false;
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (step) => {
      if (step.lengthComputable) bar.value = (100 * step.loaded) / step.total;
    });
    request.addEventListener("load", () => {
      if (request.status >= 400 || request.responseURL === form.action) {
        document.open();
        document.write(request.responseText);
        document.close();
      } else location.assign(request.responseURL);
    });
    request.addEventListener("error", () => form.submit());
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
}
