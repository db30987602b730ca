"""The words of a report's story: kept as typed, numbers of persons covered, what was covered sealed beside it."""

from django.utils.translation import gettext as _

from huong.base import clock, keys
from huong.base.errors import BadInput
from huong.journal.models import Entry
from huong.people.models import User
from huong.reports.models import Message, Report
from huong.reports.rules import masking

LONGEST = 4000
CITIZEN_KINDS = {"description", "reply", "rating"}


def cleaned(text: str, *, longest: int = LONGEST) -> str:
    """Return what somebody typed, in one form.

    Raises:
        BadInput: it is longer than is taken.
    """
    if len(text) > longest * 2:
        raise BadInput(
            _("This is too long: %(most)d characters are taken.") % {"most": longest}, code="too_long", field="text"
        )
    found = masking.clean(text, longest=longest + 1)
    if len(found) > longest:
        raise BadInput(
            _("This is too long: %(most)d characters are taken.") % {"most": longest}, code="too_long", field="text"
        )
    return found


def scope_of(report: Report) -> str:
    """Return the data key under which a report's words and contact are sealed; its destruction erases them."""
    return f"report:{report.uid}"


def sealed(report: Report, text: str, *, context: str) -> bytes:
    """Seal a text under the report's own key."""
    return keys.seal_bytes(keys.data_key(scope_of(report)), text.encode(), context=f"{scope_of(report)}:{context}")


def keep(
    report: Report,
    entry: Entry,
    kind: str,
    text: str,
    *,
    by: User | None,
    public: bool = False,
    for_reporter: bool = True,
    lang: str = "",
) -> Message:
    """Keep words; those of citizens with the numbers of persons covered and the original sealed."""
    plain = cleaned(text)
    shown = masking.masked(plain) if kind in CITIZEN_KINDS else masking.Masked(plain, ())
    return Message.objects.create(
        report=report,
        entry=entry.pk,
        at=clock.now(),
        kind=kind,
        is_public=public,
        for_reporter=for_reporter,
        text=shown.text,
        lang=lang or report.lang,
        by=by,
        agency=report.agency if by else "",
        sealed=sealed(report, plain, context="words") if shown.found else None,
        covered=",".join(dict.fromkeys(shown.found)),
    )
