// Small conveniences of every page. Nothing here is needed: each page works without it.
import "./theme.js";
import "./keys.js";

if (document.querySelector("form[data-upload]")) import("./upload.js");
if (document.querySelector("[data-autosubmit]")) import("./autosubmit.js");
if (document.querySelector("[data-refresh]")) import("./refresh.js");
