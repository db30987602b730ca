// Photos of the draft: made smaller before they travel, shown as small pictures, taken out again.
const LONGEST = 1920;
const QUALITY = 0.85;

export async function smaller(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const share = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    if (share === 1 && file.size < 800000 && file.type === "image/jpeg") return file;
    const canvas = Object.assign(document.createElement("canvas"), {
      width: Math.round(picture.width * share),
      height: Math.round(picture.height * share),
    });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    return made && made.size < file.size ? made : file;
  } catch {
    return file; // a kind this browser cannot open, such as HEIC: the city makes it smaller
  }
}

function shown(photo, words, drop) {
  const item = document.createElement("li");
  const picture = Object.assign(document.createElement("img"), { className: "photo", alt: photo.name, width: 96, height: 96 });
  picture.src = URL.createObjectURL(photo.blob);
  const button = Object.assign(document.createElement("button"), { type: "button", className: "photo-drop", textContent: "×" });
  button.setAttribute("aria-label", `${words.remove}: ${photo.name}`);
  button.addEventListener("click", drop);
  item.append(picture, button);
  return item;
}

export function photos(form, draft, words, changed) {
  const input = form.querySelector("#photos");
  const list = form.querySelector("[data-photos]");
  input.classList.add("for-readers");
  form.querySelector("[data-photo-button]").hidden = false;

  function paint() {
    list.replaceChildren(
      ...draft.photos.map((photo) =>
        shown(photo, words, () => {
          draft.photos.splice(draft.photos.indexOf(photo), 1);
          paint();
          changed();
        }),
      ),
    );
    list.hidden = !draft.photos.length;
  }

  input.addEventListener("change", async () => {
    const files = [...input.files];
    input.value = "";
    for (const file of files) {
      draft.photos.push({ blob: await smaller(file), name: file.name });
      paint();
      await changed();
    }
  });
  paint();
}
