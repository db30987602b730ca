"""What a person fills in for each kind of source: the fields of its form, and back to settings and secrets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huong.base.errors import BadInput
from huong.base.text import whole
from huong.intake.models import Source

Text = str | Promise
EVERY: Final[tuple[tuple[int, Text], ...]] = (
    (0, _("only when somebody presses “Fetch now”")),
    (5, _("every 5 minutes")),
    (15, _("every 15 minutes")),
    (60, _("every hour")),
    (360, _("every 6 hours")),
    (1440, _("every day")),
    (10080, _("every week")),
)


@dataclass(frozen=True)
class Entry:
    """One thing to fill in.

    Attributes:
        choices: (value, words); empty for free text.
        more: whether it stands behind "more".
        part: shown only where it applies: "server" or "file" for the engines of a database.
    """

    name: str
    label: Text
    help: Text = ""
    choices: tuple[tuple[str, Text], ...] = ()
    required: bool = False
    secret: bool = False
    number: bool = False
    listed: bool = False
    more: bool = False
    part: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of source that a person sets up, or that comes with the platform (`own`) and can be changed."""

    key: str
    title: Text
    text: Text
    icon: str
    entries: tuple[Entry, ...]
    own: bool = False


_PAGING = (
    ("none", _("all at once")),
    ("page", _("by page number")),
    ("offset", _("by number of rows left out")),
    ("next", _("each page names the next one")),
    ("link", _("by the Link header")),
)
_FORMATS = tuple((name, name.upper()) for name in ("json", "geojson", "csv", "ndjson", "xlsx", "parquet", "zip"))
_REPORTS = (
    ("current", _("each report as it stands")),
    ("events", _("what happened to each report")),
    ("daily", _("the reports that were open when each day began")),
)
_DOSSIERS = (
    ("current", _("each dossier as it stands")),
    ("events", _("what happened to each dossier")),
    ("daily", _("the dossiers that were open when each day began")),
)
_DAYS_BACK = Entry(
    "days_back",
    _("Days to go back at the beginning"),
    _("Only for the days; none, if left empty"),
    number=True,
    more=True,
)
_ENGINES = (("postgresql", "PostgreSQL"), ("mysql", "MySQL, MariaDB"), ("sqlite", "SQLite"))
KINDS: Final = {
    found.key: found
    for found in (
        Kind(
            "http",
            _("Web address"),
            _("A file or a service that answers with JSON, GeoJSON or CSV."),
            "globe",
            (
                Entry("url", _("Address"), _("Begins with https://"), required=True),
                Entry("format", _("Format"), choices=_FORMATS),
                Entry("token", _("Access token"), _("Kept encrypted, never shown again."), secret=True),
                Entry("paging", _("Pages"), choices=_PAGING),
                Entry("path", _("Where the list stands in the answer"), _("With dots: result.items"), more=True),
                Entry("page_param", _("Parameter for the page"), more=True),
                Entry("size_param", _("Parameter for the size of a page"), more=True),
                Entry("page_size", _("Rows of a page"), number=True, more=True),
                Entry("next_path", _("Where the next address stands in the answer"), more=True),
                Entry("cursor_param", _("Parameter for “only what is new”"), more=True),
                Entry("cursor_field", _("Field whose largest value is remembered"), more=True),
                Entry("auth_header", _("Header that carries the token"), _("Authorization, if left empty"), more=True),
            ),
        ),
        Kind(
            "database",
            _("Database"),
            _("A table or a view, read only."),
            "database",
            (
                Entry("engine", _("Kind of database"), choices=_ENGINES, required=True),
                Entry("table", _("Table or view"), required=True),
                Entry("host", _("Machine"), _("Name or address"), part="server"),
                Entry("port", _("Port"), _("The usual one, if left empty"), number=True, part="server"),
                Entry("database", _("Name of the database"), part="server"),
                Entry("user", _("User name"), _("A user that may only read"), part="server"),
                Entry("password", _("Password"), _("Kept encrypted, never shown again."), secret=True, part="server"),
                Entry("file", _("Database file"), _("Its name below the drop folder: parks/parks.db"), part="file"),
                Entry(
                    "cursor_column",
                    _("Column that tells what is new"),
                    _("A number or time that only grows. Without one, the whole table is read each time."),
                ),
                Entry("columns", _("Only these columns"), _("Names with commas; all, if left empty"), listed=True),
            ),
        ),
        Kind(
            "folder",
            _("Folder"),
            _("Whoever may write there drops files; each is loaded once and moved away."),
            "files",
            (
                Entry("folder", _("Folder"), _("A plain name below the drop folder: parks"), required=True),
                Entry(
                    "quiet_seconds", _("Seconds a file must lie still"), _("3, if left empty"), number=True, more=True
                ),
            ),
        ),
        Kind(
            "reports",
            _("Field reports"),
            _("The platform's own field reports, without words, persons and points."),
            "megaphone",
            (
                Entry("what", _("What of them"), choices=_REPORTS, required=True),
                _DAYS_BACK,
            ),
            own=True,
        ),
        Kind(
            "dossiers",
            _("Dossiers"),
            _("The platform's own dossiers, without words, answers and persons."),
            "files",
            (
                Entry("what", _("What of them"), choices=_DOSSIERS, required=True),
                _DAYS_BACK,
            ),
            own=True,
        ),
        Kind(
            "journal",
            _("Journal"),
            _("The platform's own journal, without personal data."),
            "history",
            (Entry("names", _("Only these events"), _("Names with commas; all, if left empty"), listed=True),),
            own=True,
        ),
    )
}


def kind_of(key: str) -> Kind:
    """Return a kind that people set up.

    Raises:
        BadInput: there is none of this name.
    """
    if key not in KINDS:
        raise BadInput(_("There is no such kind of source."), code="unknown_kind")
    return KINDS[key]


def lines(kind: Kind, values: Mapping[str, Any], *, kept_secret: bool) -> list[dict[str, Any]]:
    """Return the form's lines with what was typed or kept; a secret is never given back."""
    return [
        {
            "name": found.name,
            "label": found.label,
            "help": found.help,
            "required": found.required,
            "secret": found.secret,
            "kept": found.secret and kept_secret,
            "number": found.number,
            "more": found.more,
            "part": found.part,
            "value": "" if found.secret else _shown(values.get(found.name)),
            "choices": [(value, words, str(values.get(found.name, "")) == value) for value, words in found.choices],
        }
        for found in kind.entries
    ]


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else ("" if value is None else str(value))


def settings_of(kind: Kind, posted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that were typed; what is empty is left out, and so is every secret.

    Raises:
        BadInput: something other than a number where a number belongs.
    """
    found: dict[str, Any] = {}
    for entry in kind.entries:
        text = str(posted.get(entry.name, "")).strip()
        if entry.secret or not text:
            continue
        if entry.number and whole(text) is None:
            raise BadInput(_("“%(label)s” must be a number.") % {"label": entry.label}, code="setting_number")
        if entry.listed:
            found[entry.name] = [name.strip() for name in text.split(",") if name.strip()]
        else:
            found[entry.name] = int(text) if entry.number else text
    return found


def secrets_of(kind: Kind, posted: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the secrets that were typed; None if none was, so that what is kept stays."""
    found = {entry.name: str(posted.get(entry.name, "")) for entry in kind.entries if entry.secret}
    return {name: value for name, value in found.items() if value} or None


def every_of(posted: Mapping[str, Any]) -> int | None:
    """Return the chosen schedule in minutes; None if it is fetched only by hand."""
    text = str(posted.get("every", ""))
    return whole(text) or None


def schedule_in_words(source: Source) -> Text:
    """Return when a source is fetched, in words."""
    if not source.is_active:
        return _("paused")
    if not source.every_minutes:
        return EVERY[0][1]
    known = dict(EVERY).get(source.every_minutes)
    return known or _("every %(minutes)s minutes") % {"minutes": source.every_minutes}


def place_in_words(source: Source) -> str:
    """Return where a source fetches from, without anything secret."""
    facts = source.settings
    if source.kind == "http":
        return str(facts.get("url", "")).split("?")[0]
    if source.kind == "database":
        where = facts.get("file") or f"{facts.get('host', '')}/{facts.get('database', '')}"
        return f"{where} · {facts.get('table', '')}"
    if source.kind == "reports":
        return str(dict(_REPORTS).get(str(facts.get("what", "")), ""))
    if source.kind == "dossiers":
        return str(dict(_DOSSIERS).get(str(facts.get("what", "")), ""))
    return ", ".join(facts.get("names", ())) or str(facts.get("folder", ""))
