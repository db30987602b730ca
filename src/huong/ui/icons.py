"""The icons in use, by their Lucide names; `huong.ui.vendor` makes one sprite of exactly these."""

# fmt: off
ICONS = frozenset({
    "activity", "arrow-down", "arrow-left", "arrow-right", "arrow-up", "baby", "badge-check", "bell", "book-open",
    "building-2", "calendar", "camera", "chart-column", "chart-line", "check", "chevron-down", "chevron-left",
    "chevron-right", "circle-alert", "circle-check", "circle-help", "circle-pause", "circle-x", "clipboard-list",
    "clock", "cloud-rain", "code", "copy", "database", "download", "external-link", "eye", "file-check",
    "file-code", "file-text", "file-up", "files", "flag", "flower", "folder-open", "funnel", "git-compare", "globe",
    "graduation-cap", "hand-heart", "heart", "heart-pulse", "history", "house", "id-card", "inbox", "info",
    "key-round", "landmark", "languages", "layers", "layout-dashboard", "life-buoy", "link", "list", "list-checks",
    "locate-fixed", "lock", "log-in", "log-out", "mail", "map", "map-pin", "map-pinned", "megaphone", "menu", "message-square", "moon",
    "newspaper", "pen-line", "pencil", "phone", "play", "plug", "plus", "qr-code", "radio", "refresh-cw",
    "rotate-ccw", "save", "scale", "search", "send", "server", "settings", "share-2", "shield-check", "shield-x",
    "siren", "sliders-horizontal", "sparkles", "square-check-big", "stamp", "store", "sun", "sun-moon", "table",
    "table-properties", "trash-2", "triangle-alert", "truck", "undo-2", "upload", "user", "user-check", "users",
    "wallet", "wifi-off", "workflow", "wrench", "x", "zap",
})
# fmt: on
