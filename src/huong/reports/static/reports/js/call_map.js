// The call-taker's map: the same picker as on the citizens' form, without the device's own position.
import { place } from "./place.js";

const form = document.querySelector("[data-call]");
if (form?.querySelector("[data-map]")) place(form, form.querySelector("[data-map]").dataset, () => {});
