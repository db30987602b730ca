"""The rows of the desk's list as markup: fifty of them made by a template took longer than all the rest of the page."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from huong.ui import pieces

Row = Mapping[str, Any]


def markup_of(rows: Iterable[Row], *, choose: bool) -> SafeString:
    """Return the rows of the table.

    Args:
        rows: what `rows.rows_of` returns.
        choose: whether each begins with a box to tick.
    """
    ticked, sent = _("Choose %(number)s") if choose else "", escape(_("sent"))
    return mark_safe("".join(_row(each, ticked, sent) for each in rows))  # noqa: S308 - escaped below


def _row(row: Row, ticked: str, sent: str) -> str:
    number, unit = escape(row["number"]), f" · {escape(row['unit'])}" if row["unit"] else ""
    box = (
        f'<td class="cell-check"><label><input type="checkbox" name="chosen" value="{escape(row["uid"])}.'
        f'{row["version"]:d}" aria-label="{escape(ticked % {"number": row["number"]})}"></label></td>'
        if ticked
        else ""
    )
    return (
        f'<tr>{box}<td class="cell-grow"><a class="cell-main" href="{escape(row["url"])}">{escape(row["title"])}</a> '
        f'<span class="sub-line"><b>{escape(row["applicant"])}</b> · <span class="number-plain">{number}</span>{unit}'
        f'</span></td><td class="cell-due">{_due(row, sent)}</td>'
        f'<td class="small{" quiet" if row["nobody"] else ""}">{escape(row["where"])}</td>'
        f'<td class="small quiet">{escape(row["waits"] or row["state"])}</td></tr>\n'
    )


def _due(row: Row, sent: str) -> str:
    if row["settled"]:
        return pieces.badge(row["state"], "good")
    if row["due"]:
        return pieces.due(row["due"], paused=row["paused"])
    if row["is_open"]:
        return f'<span class="small quiet">{sent} {pieces.ago(row["sent_at"]) if row["sent_at"] else ""}</span>'
    return f'<span class="badge badge-plain">{escape(row["state"])}</span>'
