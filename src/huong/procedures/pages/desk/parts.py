"""Fields, papers and reasons of a dossier as markup: a template took longer for them than for all the rest of the page."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from huong.procedures.queries.screen import Group, Shown
from huong.ui import pieces, words


class Parts:
    """Writes the parts of one dossier; what all of them say alike is looked up once."""

    def __init__(self, uid: str, *, may_verify: bool, token: str) -> None:
        self.url = f"/desk/dossiers/{escape(uid)}"
        self.form = (
            f'<dd class="no-print"><form method="post" action="{self.url}/verify"><input type="hidden" '
            f'name="csrfmiddlewaretoken" value="{escape(token)}"><input type="hidden" name="part" value="'
            if may_verify
            else ""
        )
        self.lock, self.window = pieces.icon("lock", 16), pieces.icon("external-link", 16)
        self.shield = pieces.icon("shield-check", 16)
        self.verify, self.seen, self.fetched = escape(_("Verify")), escape(_("Original seen")), escape(_("fetched"))

    def groups(self, groups: Iterable[Group]) -> list[tuple[str, SafeString]]:
        """Return the steps of the form: title, and its fields as rows."""
        return [
            (group.title, _safe("".join(self._part(each, self.verify) for each in group.fields))) for group in groups
        ]

    def papers(self, papers: Iterable[Shown]) -> SafeString:
        """Return the papers as rows."""
        return _safe("".join(self._part(each, self.seen) for each in papers))

    def _part(self, part: Shown, button: str) -> str:
        key, title = escape(part.key), escape(part.title)
        star = ' <span class="tone-bad">*</span>' if part.required and not part.held else ""
        paper = self._paper(key, title) if part.blob else ""
        supplied = self._supplied(part, key, title) if part.supplied_at else ""
        form = (
            f'{self.form}{key}"><button class="button button-quiet">{self.shield}{button}<span class="for-readers">: '
            f"{title}</span></button></form></dd>"
            if part.held and self.form
            else ""
        )
        return (
            f'<div class="part" id="part-{key}"><dt>{title}{star}</dt>\n<dd>{self._value(part)}\n{paper}{supplied}'
            f"{self._origin(part) if part.held else ''}</dd>{form}</div>"
        )

    def _value(self, part: Shown) -> str:
        if part.value:
            return escape(part.value)
        if part.hidden:
            return f'<span class="quiet-value">{self.lock} {escape(part.hidden)}</span>'
        return "" if part.held else f'<span class="quiet-value">{escape(part.state)}</span>'

    def _paper(self, key: str, title: str) -> str:
        file = f"{self.url}/papers/{key}"
        return (
            f'<div class="paper"><iframe src="{file}" title="{title}" loading="lazy" class="wide" height="420"></iframe>'
            f'<a href="{file}" target="_blank" rel="noopener">{self.window}{escape(_("Open in a window of its own"))}</a>'
            "</div>"
        )

    def _supplied(self, part: Shown, key: str, title: str) -> str:
        return (
            f'<div class="supplied">{pieces.badge(_("supplied"), "info", "pencil")} <span class="small quiet">'
            f'{escape(words.moment(part.supplied_at))}</span><p class="small">{self._before(part, key, title)}</p></div>'
        )

    def _before(self, part: Shown, key: str, title: str) -> str:
        if part.stayed:
            return escape(_("Sent again as it was."))
        if part.was_empty:
            return escape(_("Before: nothing was there."))
        if part.blob_before:
            return (
                f'<a href="{self.url}/papers/{key}/before" target="_blank" rel="noopener">{self.window}'
                f'{escape(_("The paper before"))}<span class="for-readers">: {title}</span></a>'
            )
        return f"{escape(_('Before:'))} <del>{escape(part.before)}</del>" if part.before else ""

    def _origin(self, part: Shown) -> str:
        source = f": {escape(part.source)}" if part.source else ""
        fetched = f"<span>{self.fetched} {escape(words.moment(part.fetched_at))}</span>" if part.fetched_at else ""
        badge = ""
        if part.reason == "differs":
            badge = pieces.badge(_("the source says something else"), "bad", "triangle-alert")
        elif part.tone != "plain":
            badge = pieces.badge(part.state, part.tone)
        lock = self.lock if part.locked else ""
        return f'<span class="from">{lock}<span>{escape(part.origin)}{source}</span>{fetched}{badge}</span>'


def reasons(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """Return the fields and papers that a move may name, each with a box to tick and a line for the reason."""
    hint, label = escape(_("What is wrong, or what is missing")), _("Reason: %(title)s")
    return _safe("".join(_reason(each, hint, label) for each in rows))


def _reason(each: Mapping[str, Any], hint: str, label: str) -> str:
    part, title = escape(str(each["part"])), escape(str(each["title"]))
    ticked = " checked" if each["on"] else ""
    return (
        f'<div class="reason"><label class="check"><input type="checkbox" name="part" value="{part}"{ticked}> <span>{title}'
        f'</span></label><input class="input" name="text-{part}" value="{escape(str(each["text"]))}" maxlength="400" '
        f'aria-label="{escape(label % {"title": each["title"]})}" placeholder="{hint}"></div>'
    )


def _safe(markup: str) -> SafeString:
    return mark_safe(markup)  # noqa: S308 - every value above is escaped
