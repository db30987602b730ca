"""A mail as it came, read as plain values: who wrote, what is new in it, to which mail it answers, its pictures. Pure.

Source: RFC 5322 (threading by In-Reply-To and References), RFC 3834 (automatic answers are never answered),
RFC 2369 and 2919 (mailing lists).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from html.parser import HTMLParser

from huong.base.text import fold, storable

MOST_TEXT, MOST_PARTS = 20_000, 60
DAMAGED = (ValueError, LookupError, AttributeError, TypeError)  # what Python's parsers raise over damaged mails
MACHINES = ("mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply", "bounce")
_QUOTED = re.compile(
    r"^(>|-{2,} ?(original message|thư gốc|tin nhắn gốc|forwarded message)|_{10,}|(on|vào|ngày) .{4,200}(wrote|đã viết|viết):$)",
    re.IGNORECASE,
)
_HEADS = re.compile(r"^\*?(from|từ|sent|đã gửi|date|ngày)\*?:\s", re.IGNORECASE)
_NUMBER = re.compile(r"\bPA-\d{6,15}\b", re.IGNORECASE)
_LINK = re.compile(r"\bPA-\d{6,15}\.[0-9a-f]{40}\b")
_ID = re.compile(r"<[^<>\s]{1,240}>")


@dataclass(frozen=True)
class Picture:
    """A picture that came along."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Mail:
    """What a mail says.

    Attributes:
        id: its Message-ID; empty if it has none.
        refers: ids of the mails before it, the nearest first.
        machine: why it is not a person's, empty if it is.
        pictures: attached or inline ones.
        others: names of other attachments.
    """

    id: str
    refers: tuple[str, ...]
    address: str
    name: str
    subject: str
    text: str
    machine: str
    pictures: tuple[Picture, ...]
    others: tuple[str, ...]


def read(data: bytes, *, own: str = "") -> Mail:
    """Return a mail as plain values, however damaged it is: none may keep the letters behind it from being read.

    One that no parser gets through (nested thousands deep, heads that never end) counts as written by a machine.

    Args:
        data: the bytes as the mailbox gives them.
        own: our own address, whose mails are never taken for somebody's.
    """
    try:
        return _read(data, own)
    except (RecursionError, *DAMAGED):
        return Mail("", (), "", "", "", "", "unreadable", (), ())


def _read(data: bytes, own: str) -> Mail:
    message = message_from_bytes(data, policy=policy.default.clone(refold_source="none"))
    name, address = _first_address(message, "From")
    pictures, others = _attached(message)
    return Mail(
        id=next(iter(_ids(message, "Message-ID")), ""),
        refers=tuple(dict.fromkeys([*_ids(message, "In-Reply-To"), *reversed(_ids(message, "References"))])),
        address=address,
        name=name[:120],
        subject=_header(message, "Subject")[:300],
        text=new_words(_body(message)),
        machine=_machine(message, address, own),
        pictures=pictures,
        others=others,
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return storable(" ".join(str(message.get(name, "")).split()))
    except (RecursionError, *DAMAGED):  # a header that no parser understands
        return ""


def _first_address(message: EmailMessage, name: str) -> tuple[str, str]:
    found = getaddresses([_header(message, name)])
    return next(((said, address) for said, address in found if "@" in address), ("", ""))


def _ids(message: EmailMessage, name: str) -> list[str]:
    return _ID.findall(_header(message, name))[:50]


def _machine(message: EmailMessage, address: str, own: str) -> str:
    """Return why a mail was not written by a person, empty if it was.

    Automatic answers, lists, bounces and our own mails are left alone: answering them makes loops.
    """
    submitted = _header(message, "Auto-Submitted").lower()
    checks = {
        "no sender": not address,
        "our own": bool(own) and address.lower() == parseaddr(own)[1].lower(),
        "automatic": bool(submitted) and not submitted.startswith("no"),
        "bulk": _header(message, "Precedence").lower() in {"bulk", "junk", "list", "auto_reply"},
        "list": any(_header(message, each) for each in ("List-Id", "List-Unsubscribe", "List-Post")),
        "automatic answer": bool(_header(message, "X-Autoreply") or _header(message, "X-Autorespond")),
        "bounce": _header(message, "Return-Path") == "<>" or message.get_content_type() == "multipart/report",
        "machine": address.partition("@")[0].lower().startswith(MACHINES),
    }
    return next((why for why, true in checks.items() if true), "")


def _body(message: EmailMessage) -> str:
    try:
        part = message.get_body(preferencelist=("plain", "html"))
    except DAMAGED:
        part = None
    if not isinstance(part, EmailMessage) or part.get_content_maintype() != "text":
        return ""
    text = _text_of(part)
    return plain_of(text) if part.get_content_subtype() == "html" else text


def _text_of(part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    raw = data if isinstance(data, bytes) else b""
    try:
        return storable(raw.decode(part.get_content_charset() or "utf-8", "replace"))
    except DAMAGED:  # a character set that nobody knows, or that is none of a text
        return storable(raw.decode("utf-8", "replace"))


def _attached(message: EmailMessage) -> tuple[tuple[Picture, ...], tuple[str, ...]]:
    pictures, others = [], []
    for part in _parts(message):
        name = _name_of(part)
        if part.get_content_maintype() == "image":
            data = part.get_payload(decode=True)
            if isinstance(data, bytes) and data:
                pictures.append(Picture(name, data))
        elif name and part.get_content_maintype() != "multipart":
            others.append(name)
    return tuple(pictures), tuple(others[:20])


def _name_of(part: EmailMessage) -> str:
    try:
        return storable(part.get_filename() or "")[:100]
    except DAMAGED:
        return ""


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        if isinstance(part, EmailMessage) and not part.is_multipart():
            yield part


class _Words(HTMLParser):
    """Collects the words of HTML; scripts and styles are none."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Begin a line where a block begins."""
        self.hidden += tag in {"script", "style", "head"}
        if tag in {"br", "p", "div", "tr", "li", "blockquote"}:
            self.parts.append("\n> " if tag == "blockquote" else "\n")

    def handle_endtag(self, tag: str) -> None:
        """Leave what is hidden."""
        self.hidden -= tag in {"script", "style", "head"} and self.hidden > 0

    def handle_data(self, data: str) -> None:
        """Keep words."""
        if not self.hidden:
            self.parts.append(data)


def plain_of(html: str) -> str:
    """Return the words of HTML.

    >>> plain_of("<p>Ổ gà<br>lớn</p><script>x()</script>").split()
    ['Ổ', 'gà', 'lớn']
    """
    words = _Words()
    words.feed(html[: 10 * MOST_TEXT])
    words.close()
    return "".join(words.parts)


def new_words(text: str) -> str:
    r"""Return what is new in a mail: without the mail that it answers, and without the signature.

    >>> new_words("Đã thấy.\n-- \nLan\n")
    'Đã thấy.'
    >>> new_words("Vâng.\n\nVào 9:00, Hương đã viết:\n> Ở đâu?\n")
    'Vâng.'
    """
    kept: list[str] = []
    for line in text.replace("\r\n", "\n")[:MOST_TEXT].split("\n"):
        bare = line.strip()
        if bare == "--" or _QUOTED.match(bare) or (kept and _HEADS.match(bare)):
            break
        kept.append(line.rstrip())
    return "\n".join(kept).strip()


def numbers_in(text: str) -> list[str]:
    """Return the numbers of reports that a text names.

    >>> numbers_in("Re: pa-000123 [PA-000124]")
    ['PA-000123', 'PA-000124']
    """
    return list(dict.fromkeys(found.upper() for found in _NUMBER.findall(text)))


def link_in(text: str) -> str:
    """Return the private link of a report in a text, empty if there is none."""
    found = _LINK.search(text)
    return found.group(0) if found else ""


def without_marks(subject: str) -> str:
    """Return a subject without "Re:" and our number, as the words that somebody chose.

    >>> without_marks("Re: Fwd: [PA-000123] Ổ gà")
    'Ổ gà'
    """
    bare = re.sub(r"^((re|fwd?|trả lời|tl)\s*:\s*)+", "", subject.strip(), flags=re.IGNORECASE)
    return re.sub(r"\[?PA-\d{6,15}\]?:?", "", bare).strip()


def link_free(text: str) -> str:
    """Return a text without the private link in it, which is a secret.

    >>> link_free("Tiếp PA-000123." + "a" * 40)
    'Tiếp PA-000123'
    """
    return _LINK.sub(lambda found: found.group(0).split(".")[0], text)


def is_thanks(text: str) -> bool:
    """Return whether somebody only says thank you: that opens no matter again.

    >>> is_thanks("Xin cảm ơn thành phố!"), is_thanks("Cảm ơn nhưng vẫn còn ngập")
    (True, False)
    """
    words = fold(text)
    thanks = len(words) <= 120 and ("cam on" in words or "thank" in words or "cam ta" in words)
    return thanks and not re.search(r"\b(nhung|chua|van con|khong|but|not|still)\b", words)
