"""A letter by mail or messenger becomes a report, or one more message about one; each is taken once."""

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huong.base import clock, keys, limits
from huong.base.errors import BadInput, HuongError, NotFound, StorageFull, Unavailable, WrongState
from huong.messages import actions as messages
from huong.messages.adapters import message_id
from huong.reports import events
from huong.reports.actions import handling, lines, moving, photos, sending
from huong.reports.actions.pictures import fetch_picture
from huong.reports.models import Letter, Line, Report
from huong.reports.queries.book import book
from huong.reports.queries.links import by_link, link_of
from huong.reports.rules import contacts, mails, numbers

PER_HOUR = 30
CHAT_HOURS = 24
LONGEST = 4000


@dataclass(frozen=True)
class Incoming:
    """A letter as a channel brings it.

    Attributes:
        channel: "mail" or "messenger".
        provider: which messenger; empty for mail.
        id: its own id, the same however often it comes.
        address: who wrote: a mail address, an account.
        phone: a number that the messenger has proven.
        subject: the subject of a mail.
        refers: ids of the letters before it, the nearest first.
        pictures: that came along.
        urls: of pictures to be fetched.
        notes: what came along and is not taken, in words for the desk.
        machine: why it is no person's.
    """

    channel: str
    id: str
    address: str
    text: str
    provider: str = ""
    name: str = ""
    phone: str = ""
    subject: str = ""
    refers: tuple[str, ...] = ()
    pictures: tuple[mails.Picture, ...] = ()
    urls: tuple[str, ...] = ()
    point: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()
    machine: str = ""


def receive(letter: Incoming) -> tuple[Letter, bool]:
    """Take a letter in, once.

    It belongs to the report whose letter it answers, else to one of the writer's own that it names, else (messenger)
    to the conversation of the last day; anything else is a new report. What a machine wrote is left alone.

    Returns:
        What is kept of it, and whether it had come before.

    Records: what sending, adding and reopening record; `messages.queued` for the receipt.
    """
    if (before := _before(letter)) is not None:
        return before, True
    if letter.machine:
        return _kept(letter, outcome="ignored", why=letter.machine)
    try:
        return _at_once(letter)
    except (Unavailable, StorageFull):
        raise  # this passes by itself: the letter stays where it is
    except HuongError as error:
        if letter.channel == "messenger":
            raise  # its gateway hears why, and may send it again
        return _kept(letter, outcome="refused", why=error.message[:300])


def _at_once(letter: Incoming) -> tuple[Letter, bool]:
    """Take a letter in while others may take the same one, or another of the same line."""
    uids, notes = _pictures(letter)
    try:
        with transaction.atomic():
            return _taken(letter, uids, notes), False
    except IntegrityError:
        if (before := _before(letter)) is not None:
            return before, True
    with transaction.atomic():  # it was the line that began in another process: it is there now
        return _taken(letter, uids, notes), False


def pass_over(channel: str, remote_id: str, why: str) -> str:
    """Keep that a letter could not be taken. Returns what became of it, empty if that was known."""
    _held, made = Letter.objects.get_or_create(
        channel=channel,
        remote_hash=hashed(channel, "", remote_id),
        defaults={"outcome": "refused", "why": why[:300], "at": clock.now()},
    )
    return "refused" if made else ""


def hashed(channel: str, provider: str, remote_id: str) -> str:
    """Return by what a letter is known."""
    return keys.keyed_hash(f"{channel} {provider} {remote_id}", context="reports.letter")


def _before(letter: Incoming) -> Letter | None:
    known = hashed(letter.channel, letter.provider, letter.id)
    return Letter.objects.filter(channel=letter.channel, remote_hash=known).first()


def _kept(letter: Incoming, *, outcome: str, why: str) -> tuple[Letter, bool]:
    kept, made = Letter.objects.get_or_create(
        channel=letter.channel,
        remote_hash=hashed(letter.channel, letter.provider, letter.id),
        defaults={"outcome": outcome, "why": why, "at": clock.now()},
    )
    return kept, not made


def _pictures(letter: Incoming) -> tuple[tuple[str, ...], list[str]]:
    """Take the pictures in before anything is written; one that cannot be used is said to the desk."""
    uids: list[str] = []
    notes = list(letter.notes)
    for picture in letter.pictures:
        if len(uids) >= photos.most():
            notes.append(_("more pictures than a report takes"))
            break
        try:
            uids.append(photos.take_photo(BytesIO(picture.data), name=picture.name, device=letter.address).uid)
        except (Unavailable, StorageFull):
            raise
        except HuongError as error:
            notes.append(error.message)
    return tuple(uids), notes


def _taken(letter: Incoming, uids: tuple[str, ...], notes: list[str]) -> Letter:
    phone = contacts.normal_phone(letter.phone) or "" if letter.phone else ""
    line = lines.begun(letter.channel, letter.provider, letter.address, phone=phone)
    limits.take(f"reports.letter:{line.pk}", rate=PER_HOUR, per=timedelta(hours=1))
    report = _about(letter, line)
    if report is not None:
        try:
            with transaction.atomic():
                _add(report, letter, uids)
            outcome = "added"
        except WrongState:  # it takes no more words: the matter is reported anew
            report = None
    if report is None:
        report, outcome = _new(letter, uids, phone), "new"
    kept = Letter.objects.create(
        line=line,
        channel=letter.channel,
        remote_hash=hashed(letter.channel, letter.provider, letter.id),
        remote_id=letter.id[:250],
        report=report,
        outcome=outcome,
        at=clock.now(),
    )
    for url in letter.urls[: photos.most()]:
        fetch_picture.later(report.number, url)
    if notes:
        _note(report, notes)
    if outcome == "new":
        _receipt(report, line, kept)
    return kept


def _about(letter: Incoming, line: Line) -> Report | None:
    """Return the report that a letter is about, as far as its writer may write about it."""
    for remote in letter.refers:
        known = Letter.objects.filter(
            channel=letter.channel, remote_hash=hashed(letter.channel, letter.provider, remote), report__isnull=False
        ).select_related("report", "line")
        found = known.first()
        if found is not None and found.report is not None and lines.is_of(found.report, line.correspondent):
            return found.report
    if link := mails.link_in(f"{letter.subject} {letter.text}"):
        return _behind(link, line)
    for number in mails.numbers_in(f"{letter.subject} {letter.text}"):
        report = Report.objects.filter(pk=numbers.id_of(number)).first()
        if report is not None and lines.is_of(report, line.correspondent):
            return report
    return _last(line) if letter.channel == "messenger" else _asked(line)


def _behind(link: str, line: Line) -> Report | None:
    try:
        report = by_link(link)
    except NotFound:
        return None
    lines.prove(line, report)
    return report


def _last(line: Line) -> Report | None:
    """Return the open report of a running conversation: the last words, by any line of this person, are of today."""
    since = clock.now() - timedelta(hours=float(book().setting("conversation_hours", CHAT_HOURS)))
    recent = Letter.objects.filter(line__correspondent=line.correspondent_id, at__gte=since, report__is_open=True)
    found = recent.order_by("-id").select_related("report").first()
    return found.report if found else _asked(line)


def _asked(line: Line) -> Report | None:
    """Return the one report in which this person was asked something and has not answered."""
    waiting = Report.objects.filter(state="asked", letters__line__correspondent=line.correspondent_id).distinct()
    found = list(waiting[:2])
    return found[0] if len(found) == 1 else None


def _words(letter: Incoming) -> str:
    subject = mails.without_marks(letter.subject)
    if subject and subject.lower() not in letter.text.lower():
        return f"{subject}\n{letter.text}".strip()[:LONGEST]
    return letter.text.strip()[:LONGEST]


def _new(letter: Incoming, uids: tuple[str, ...], phone: str) -> Report:
    text = mails.link_free(_words(letter))
    draft = sending.Draft(
        text=text,
        point=letter.point,
        photos=uids,
        name=letter.name,
        phone=phone,
        mail=letter.address if letter.channel == "mail" else "",
        channel=letter.channel,
    )
    if len(text) < sending.SHORTEST and not uids and letter.urls:
        draft = sending.Draft(**{**draft.__dict__, "text": _("A picture by messenger.")})
    try:
        with transaction.atomic():
            return sending.send(draft, asked=False).report
    except BadInput:
        if letter.point is None:
            raise
        return sending.send(sending.Draft(**{**draft.__dict__, "point": None}), asked=False).report


def _add(report: Report, letter: Incoming, uids: tuple[str, ...]) -> None:
    text = mails.link_free(letter.text).strip()[:LONGEST]
    if not text and not uids:
        text = mails.without_marks(letter.subject) or _("(a message without words)")
    if report.state in {"answered", "closed"} and mails.is_thanks(text):
        entry = moving.change(moving.found(report.number), events.ADDED, by=None)
        moving.say(report, entry, "reply", text, by=None)
    elif report.state in {"answered", "closed"}:
        handling.reopen(report.number, text=text or "…", by=None)
        if uids:
            handling.reply(report.number, photos=uids)
    else:
        handling.reply(report.number, text=text, photos=uids)


def _note(report: Report, notes: list[str]) -> None:
    fresh = moving.found(report.number)
    entry = moving.change(fresh, events.NOTED, by=None)
    said = _("Came along and was not taken: %(what)s") % {"what": "; ".join(notes)}
    moving.say(fresh, entry, "note", said[:1000], by=None, for_reporter=False)


def _receipt(report: Report, line: Line, letter: Letter) -> None:
    """Say that it came, under which number, and where it can be followed."""
    context = {
        "number": report.number,
        "title": report.title,
        "url": f"{settings.PUBLIC_URL}/reports/{report.number}?link={link_of(report)}",
    }
    send_back(report, line, "report_taken", context, f"letter:{letter.pk}")


def send_back(report: Report, line: Line, template: str, context: dict[str, str], key: str) -> None:
    """Send something by the line by which somebody wrote; an answer to it finds back to the report.

    The caller holds the transaction.
    """
    last = Letter.objects.filter(report=report, line=line, outcome__in=["new", "added"]).order_by("-id").first()
    facts: dict[str, object] = {**context, "in_reply_to": last.remote_id if last else ""}
    address = lines.address_of(line)
    if line.channel == "messenger":
        address = f"{line.provider}:{address}"
    messages.send(messages.Address(line.channel, address, report.lang), template, facts, key)
    if line.channel == "mail":
        Letter.objects.get_or_create(
            channel="mail",
            remote_hash=hashed("mail", "", message_id(key)),
            defaults={"line": line, "report": report, "outcome": "sent", "at": clock.now()},
        )
