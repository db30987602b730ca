"""The mailbox that citizens write to: read by IMAP (RFC 9051), each letter once, in order, nothing deleted."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids
from huong.base.errors import BadInput, HuongError, Unavailable
from huong.base.jobs import job
from huong.journal import actions as journal
from huong.messages.rules import normal_mail
from huong.reports import events
from huong.reports.actions import letters
from huong.reports.models import Mailbox
from huong.reports.rules import mails, patience

MAX_BYTES = 30 * 1024 * 1024
MOST = 50
TIMEOUT = 30.0
EVERY = timedelta(minutes=1)
LEASE = timedelta(minutes=10)
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_VALIDITY = re.compile(rb"UIDVALIDITY (\d+)")


@dataclass(frozen=True)
class Place:
    """Where the mailbox is."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    folder: str

    @property
    def name(self) -> str:
        """By what its mark is kept: without the password."""
        return f"{self.user}@{self.host}/{self.folder}"[:120]


def place() -> Place | None:
    """Return where the mailbox is, None if none is set up.

    Raises:
        BadInput: the setting is no address of a mailbox.
    """
    url = settings.HUONG.mail_in_url
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
        raise BadInput(_("HUONG_MAIL_IN_URL is not of the form imaps://user:password@host:993/INBOX."))
    tls = parts.scheme == "imaps"
    return Place(
        parts.hostname,
        parts.port or (993 if tls else 143),
        tls,
        unquote(parts.username),
        unquote(parts.password or ""),
        unquote(parts.path.strip("/")) or "INBOX",
    )


@job(queue="bulk", tries=1)
def fetch_now() -> None:
    """Read the mailbox, if it is due."""
    fetch()


def fetch() -> dict[str, int] | None:
    """Read what is new in the mailbox. A failure is written down and shown; what was read stays.

    Returns:
        How many letters became what; None if there is no mailbox, it is not due, or it failed.

    Records: `reports.mailbox_read` if something came; what taking letters in records.
    """
    found = place()
    if found is None:
        return None
    now = clock.now()
    box, _made = Mailbox.objects.get_or_create(name=found.name, defaults={"due_at": now})
    if not Mailbox.objects.filter(pk=box.pk, due_at__lte=now).update(due_at=now + LEASE):
        return None
    box.refresh_from_db()
    counts: dict[str, int] = {}
    try:
        with _opened(found) as server:
            _read(server, box, counts)
    except (imaplib.IMAP4.error, OSError, ssl.SSLError, EOFError, ValueError) as error:
        _failed(box, Unavailable(_("The mailbox does not answer (%(why)s).") % {"why": type(error).__name__}))
        return None
    except HuongError as error:
        _failed(box, error)
        return None
    finally:
        if counts:
            with transaction.atomic():
                journal.record(
                    events.MAILBOX_READ,
                    "mailbox",
                    new=counts.get("new", 0),
                    added=counts.get("added", 0),
                    ignored=counts.get("ignored", 0),
                    refused=counts.get("refused", 0),
                )
    wait = timedelta() if sum(counts.values()) >= MOST else EVERY
    Mailbox.objects.filter(pk=box.pk).update(failures=0, failed_at=None, error="", due_at=clock.now() + wait)
    return counts


def _failed(box: Mailbox, error: HuongError) -> None:
    now = clock.now()
    failures = box.failures + 1
    wait = patience.wait_after(min(failures, 3)) or EVERY
    Mailbox.objects.filter(pk=box.pk).update(
        failures=failures, failed_at=box.failed_at or now, error=error.message[:300], due_at=now + wait
    )


@contextmanager
def _opened(found: Place) -> Iterator[imaplib.IMAP4]:
    context = ssl.create_default_context()
    server: imaplib.IMAP4
    if found.tls:
        server = imaplib.IMAP4_SSL(found.host, found.port, ssl_context=context, timeout=TIMEOUT)
    else:
        server = imaplib.IMAP4(found.host, found.port, timeout=TIMEOUT)
        if "STARTTLS" in server.capabilities:
            server.starttls(context)
    try:
        server.login(found.user, found.password)
        _ok(server.select(f'"{found.folder}"'))
        yield server
    finally:
        try:
            server.logout()
        except (imaplib.IMAP4.error, OSError):  # the line is gone already
            server.shutdown()


def _ok(answer: tuple[str, list[bytes | None]]) -> list[bytes | None]:
    status, data = answer
    if status != "OK":
        raise Unavailable(_("The mailbox refuses: %(why)s") % {"why": str(data)[:100]})
    return data


def _read(server: imaplib.IMAP4, box: Mailbox, counts: dict[str, int]) -> None:
    validity = _validity(server)
    if validity != box.validity:  # the server has numbered its letters anew; each is known by its own id
        box.validity, box.uid = validity, 0
    found = (_ok(server.uid("SEARCH", f"UID {box.uid + 1}:*"))[0] or b"").split()
    for uid in sorted(number for number in map(int, found) if number > box.uid)[:MOST]:
        outcome = _one(server, uid, box)
        if outcome:
            counts[outcome] = counts.get(outcome, 0) + 1
        box.uid = uid
        Mailbox.objects.filter(pk=box.pk).update(validity=box.validity, uid=uid)
        if outcome in {"new", "added", "ignored"}:
            server.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")


def _validity(server: imaplib.IMAP4) -> int:
    answer = server.response("UIDVALIDITY")[1]
    text = b" ".join(each for each in answer if isinstance(each, bytes))
    number = text.strip() if text.strip().isdigit() else b"".join(_VALIDITY.findall(text)[:1])
    return int(number or 0)


def _one(server: imaplib.IMAP4, uid: int, box: Mailbox) -> str:
    """Take one letter in; one that is gone, or too large, is passed over."""
    size = _SIZE.search(_plain(_ok(server.uid("FETCH", str(uid), "(RFC822.SIZE)"))))
    if size is None:
        return ""
    if int(size.group(1)) > MAX_BYTES:
        why = _("The letter is larger than %(mb)d MB.") % {"mb": MAX_BYTES // 1_048_576}
        return letters.pass_over("mail", f"{box.name} {box.validity} {uid}", why)
    for part in _ok(server.uid("FETCH", str(uid), "(BODY.PEEK[])")):
        if isinstance(part, tuple) and len(part) > 1 and isinstance(part[1], bytes):
            kept, repeated = letters.receive(letter_of(part[1]))
            return "" if repeated else kept.outcome
    return ""


def _plain(parts: list[bytes | None]) -> bytes:
    return b" ".join(each if isinstance(each, bytes) else b" ".join(each or ()) for each in parts)


def letter_of(data: bytes) -> letters.Incoming:
    """Return a mail as it is taken in."""
    mail = mails.read(data, own=settings.DEFAULT_FROM_EMAIL)
    address = normal_mail(mail.address) if mail.address else None
    return letters.Incoming(
        channel="mail",
        id=mail.id or f"<{ids.digest(data)}>",
        address=address or "",
        text=mail.text,
        name=mail.name,
        subject=mail.subject,
        refers=mail.refers,
        pictures=mail.pictures,
        notes=tuple(_("the file “%(name)s”") % {"name": name} for name in mail.others),
        machine=mail.machine or ("" if address else "no sender"),
    )
