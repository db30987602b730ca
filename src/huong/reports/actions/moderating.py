"""What everybody sees: hiding a report or a part of it, editing out a name. Originals are kept sealed."""

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, keys
from huong.base.errors import NotFound
from huong.base.text import fold
from huong.people import access
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import moving, words
from huong.reports.models import Message, Report, ReportPhoto, ReportWords
from huong.reports.rules import masking

POWER = "reports.moderate"


@transaction.atomic
def hide(number: str, *, by: User, words_id: int | None = None, photo: str = "", version: int | None = None) -> Report:
    """Take a report, some of its words or one photo out of everybody's sight; the reporter still sees their own.

    Args:
        words_id: the id of a `Message`, to hide only that.
        photo: the public id of a photo, to hide only that.

    Records: `reports.hidden` with what.
    """
    return _turn(number, events.HIDDEN, by=by, words_id=words_id, photo=photo, version=version, shown=False)


@transaction.atomic
def show(number: str, *, by: User, words_id: int | None = None, photo: str = "", version: int | None = None) -> Report:
    """Let everybody see it again.

    Records: `reports.shown` with what.
    """
    return _turn(number, events.SHOWN, by=by, words_id=words_id, photo=photo, version=version, shown=True)


def _turn(
    number: str, event: str, *, by: User, words_id: int | None, photo: str, version: int | None, shown: bool
) -> Report:
    report = moving.found(number)
    access.require_power(by, POWER, report.agency)
    if version is not None and version != report.version:
        raise moving.overtaken(report)
    what = "words" if words_id is not None else "photo" if photo else "report"
    if what == "words":
        changed = Message.objects.filter(report=report, pk=words_id or 0).update(is_public=shown)
    elif what == "photo":
        changed = ReportPhoto.objects.filter(report=report, uid=photo).update(is_public=shown)
    else:
        changed = 1
    if not changed:
        raise NotFound(_("The report has no such words or photo."))
    fields = {"is_public": shown} if what == "report" else {}
    moving.change(report, event, by=by, facts={"what": what}, **fields)
    return report


@transaction.atomic
def edit_words(number: str, *, words_id: int, text: str, by: User) -> Message:
    """Change words in a report, for instance to leave a name out; what they said before is sealed beside them.

    Raises:
        NotFound: the report has no such words.
        Forbidden: `by` may not moderate in the report's agency.

    Records: `reports.edited`.
    """
    report = moving.found(number)
    access.require_power(by, POWER, report.agency)
    message = Message.objects.filter(report=report, pk=words_id).first()
    if message is None:
        raise NotFound(_("The report has no such words or photo."))
    if message.sealed is None and message.text:
        message.sealed = words.sealed(report, message.text, context="words")
    message.text, message.edited_at, message.edited_by = words.cleaned(text), clock.now(), by
    message.save(update_fields=["text", "sealed", "edited_at", "edited_by"])
    fields = {}
    if message.kind == "description":
        fields = {"title": masking.title_of(message.text)}
        ReportWords.objects.filter(report=report).update(folded=fold(f"{message.text} {report.place}"))
    moving.change(report, events.EDITED, by=by, facts={"message": message.pk}, **fields)
    return message


@transaction.atomic
def original_words(number: str, *, words_id: int, by: User, purpose: str) -> str:
    """Return words as they were first written, and write down who read them and why.

    Raises:
        Forbidden: `by` may not moderate in the report's agency.
        NotFound: nothing was covered or edited.
        KeyDestroyed: they were erased.

    Records: `people.accessed`.
    """
    report = moving.found(number)
    access.require_power(by, POWER, report.agency)
    message = Message.objects.filter(report=report, pk=words_id, sealed__isnull=False).first()
    if message is None:
        raise NotFound(_("Nothing was covered or edited in these words."))
    scope = words.scope_of(report)
    plain = keys.open_bytes(keys.data_key(scope), bytes(message.sealed or b""), context=f"{scope}:words")
    access.record_access(by, f"report:{report.number}", ["words"], purpose[:200], agency=report.agency)
    return plain.decode()
