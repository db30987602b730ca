"""Results as plain values: who signs under which title, how a value stands on paper, which code checks it, how it stands. Pure."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal

from huong.base.text import noop
from huong.procedures.rules.fields import FormField

MOST_AT_ONCE: Final = 20
LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none that is mistaken for another
GROUPS, GROUP = 3, 4
STATUS_PAGE: Final = 100_000
State = Literal["genuine", "ended", "superseded", "revoked"]
REVOKED: Final[dict[str, str]] = {
    "wrong_facts": noop("It says something that is not true."),
    "deceived": noop("It was obtained by deceit."),
    "no_authority": noop("Whoever signed it had no authority to."),
    "law": noop("It was made against the law."),
    "asked": noop("Its holder asked for it."),
}
HEADS: Final[dict[str, str]] = {"committee": "Chủ tịch"}
HEAD: Final = "Giám đốc"


@dataclass(frozen=True)
class Signer:
    """Who signs, and how it is shown.

    Attributes:
        deputy_for: the name of whoever they stand in for; empty for their own post.
    """

    name: str
    title: str
    deputy_for: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the lines above the signature.

        Source: Decree 30/2020 article 13 (signing for the head of the agency: "KT.").

        >>> Signer("B", "Chủ tịch", "A").lines
        ('KT. Chủ tịch', 'Người ký thay')
        """
        return (f"KT. {self.title}", "Người ký thay") if self.deputy_for else (self.title,)

    @property
    def shown(self) -> str:
        """Return the signer in one line.

        >>> Signer("B", "Chủ tịch", "A").shown
        'KT. Chủ tịch · B (ký thay A)'
        >>> Signer("A", "Giám đốc").shown
        'Giám đốc · A'
        """
        if self.deputy_for:
            return f"KT. {self.title} · {self.name} (ký thay {self.deputy_for})"
        return f"{self.title} · {self.name}"


def title_of(kind: str) -> str:
    """Return the title of the head of a kind of agency.

    >>> title_of("committee"), title_of("department")
    ('Chủ tịch', 'Giám đốc')
    """
    return HEADS.get(kind, HEAD)


def new_code() -> str:
    """Return a new code for checking a result: 60 random bits, in groups that can be read aloud."""
    return "-".join("".join(secrets.choice(LETTERS) for _each in range(GROUP)) for _group in range(GROUPS))


def code_read(text: str) -> str:
    """Return a code as somebody typed it, in its one spelling; empty if it can be none.

    >>> code_read(" abcd efgh-1o2i ")
    'ABCD-EFGH-1021'
    >>> code_read("ABCD")
    ''
    """
    bare = "".join(text.upper().replace("O", "0").replace("I", "1").replace("L", "1").replace("-", " ").split())
    if len(bare) != GROUPS * GROUP or any(letter not in LETTERS for letter in bare):
        return ""
    return "-".join(bare[at : at + GROUP] for at in range(0, len(bare), GROUP))


def number_of(pattern: str, count: int, year: int) -> str:
    """Return the number of a document.

    >>> number_of("{n}/KS", 12, 2026), number_of("", 3, 2026)
    ('12/KS', '3/2026')
    """
    return (pattern or "{n}/{year}").replace("{n}", str(count)).replace("{year}", str(year))


def on_paper(each: FormField, value: Any, unit_names: Mapping[str, str]) -> str:
    """Return a value as a Vietnamese document says it."""
    if value is None or value == "":
        return ""
    if each.kind == "choice":
        return next((title for key, title, _en in each.choices if key == str(value)), str(value))
    if each.kind == "yesno":
        return "Có" if value else "Không"
    if each.kind == "date":
        return day_on_paper(date.fromisoformat(str(value)))
    if each.kind == "unit":
        return unit_names.get(str(value), str(value))
    if isinstance(value, list):
        return "; ".join(str(one) for one in value)
    return str(value)


def day_on_paper(day: date) -> str:
    """Return a day as documents write it.

    >>> day_on_paper(date(2026, 1, 5))
    '05/01/2026'
    """
    return f"{day:%d/%m/%Y}"


def dateline(place: str, day: date) -> str:
    """Return place and day of issue; the first months and days carry a nought, against forgery.

    Source: Decree 30/2020 appendix I, part II, 4.

    >>> dateline("An Cựu", date(2026, 2, 5))
    'An Cựu, ngày 05 tháng 02 năm 2026'
    """
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"{place}, ngày {day.day:02d} tháng {month} năm {day.year}"


def state_of(*, revoked: bool, replaced: bool, valid_until: datetime | None, now: datetime) -> State:
    """Return how a signed result stands; the worst that is true of it.

    >>> from datetime import UTC
    >>> state_of(revoked=True, replaced=True, valid_until=None, now=datetime(2026, 1, 1, tzinfo=UTC))
    'revoked'
    """
    if revoked:
        return "revoked"
    if replaced:
        return "superseded"
    return "ended" if valid_until is not None and valid_until <= now else "genuine"


def unchecked(keys: Sequence[str], answers: Mapping[str, str]) -> list[str]:
    """Return the lines of a checklist that were not answered with yes.

    >>> unchecked(["names", "parents"], {"names": "yes"})
    ['parents']
    """
    return [key for key in keys if answers.get(key) != "yes"]
