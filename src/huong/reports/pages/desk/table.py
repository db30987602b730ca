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
    ticked, urgent, rescue = _("Choose %(number)s"), _("urgent"), _("Rescue")
    press = {
        "danger": f'<strong class="tone-bad">{escape(rescue)}</strong> · ',
        "urgent": f'<strong class="tone-weak">{escape(urgent)}</strong> · ',
    }
    return mark_safe("".join(_row(each, press, ticked if choose else "") for each in rows))  # noqa: S308 - escaped below


def _row(row: Row, press: Mapping[str, str], ticked: str) -> str:
    number, place = escape(row["number"]), f" · {escape(row['place'])}" if row["place"] else ""
    label = escape(ticked % {"number": row["number"]}) if ticked else ""
    box = (
        f'<td class="cell-check"><label><input type="checkbox" name="numbers" value="{number}" aria-label="{label}">'
        "</label></td>"
    )
    opened = ' class="row-danger"' if row["danger"] else ""
    return (
        f"<tr{opened}>\n    {box if ticked else ''}\n    "
        f'<td class="cell-grow"><a class="cell-main" href="{escape(row["url"])}">{escape(row["title"])}</a> '
        f'<span class="sub-line"><span class="number-plain">{number}</span> · '
        f"{press['danger'] if row['danger'] else press['urgent'] if row['urgent'] else ''}"
        f"{escape(row['kind'])}{place}</span></td>\n    "
        f'<td class="cell-due">{_due(row)}</td>\n    '
        f'<td class="small{" quiet" if row["nobody"] else ""}">{escape(row["where"])}</td>\n    '
        f'<td class="small quiet">{escape(row["waits"])}</td></tr>'
    )


def _due(row: Row) -> str:
    if row["due"]:
        return pieces.due(row["due"], paused=row["paused"])
    if row["ended"]:
        return f'<span class="badge badge-plain">{escape(row["ended"])}</span>'
    return f'<span class="small quiet">{escape(_("received"))} {pieces.ago(row["received_at"])}</span>'
