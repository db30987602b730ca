"""Questions of dossiers to registers, side by side: each in a dossier's name, each about each person once."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from types import TracebackType
from typing import Any

from huong.base import limits
from huong.base.errors import Forbidden, HuongError, NotFound
from huong.exchange import queries as exchange
from huong.exchange import registers as national
from huong.exchange.registers import Asker, Fetched, SideBySide
from huong.people.models import User
from huong.procedures.models import Dossier
from huong.procedures.rules.planning import Ask, Known

FORBIDDEN = 403
MOST_ASKS_AN_HOUR, MOST_OF_OFFICER = 120, 1_200
WAITING = Known(failed="asking")
KINDS: dict[str, type[Any]] = {
    "person": national.Person,
    "household": national.Household,
    "birth": national.Birth,
    "marriage": national.Marriage,
    "children": national.Children,
    "firm": national.Firm,
    "firms": national.Firms,
    "parcel": national.Parcel,
    "parcels": national.Parcels,
    "insurance": national.Insurance,
}


class Registers:
    """Registers that are asked together, within one patience. Used with `with`."""

    def __init__(self, *, patience: float, by: User | None = None) -> None:
        """Begin with nothing asked.

        Args:
            patience: seconds for all questions together.
            by: the officer who asks; None on behalf of who applies.
        """
        self._by = by
        self._beside: SideBySide[Ask] = SideBySide(patience=patience)
        self._whose: dict[Ask, list[Dossier]] = {}

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is waited for."""
        return self._beside.is_waiting

    def asks(self, ask: Ask) -> bool:
        """Return whether this question is under way already, in whichever dossier's name."""
        return ask in self._whose

    def put(self, ask: Ask, dossier: Dossier) -> Known:
        """Return what a register is known to say, or why it cannot be asked; "asking" if the question is under way.

        What another dossier of the application asks just now is not asked twice.

        Records: `exchange.failed`, if it may not be asked; `people.accessed` where an officer uses a copy.
        """
        if ask in self._whose:
            self._whose[ask].append(dossier)
            return WAITING
        try:
            known = self._put(ask, dossier)
        except HuongError as error:
            return Known(failed=why(error))
        if known.failed == "asking":
            self._whose[ask] = [dossier]
        return known

    def _put(self, ask: Ask, dossier: Dossier) -> Known:
        kind = KINDS.get(ask.name)
        if kind is None:
            return Known(failed="no_source")
        if self._beside.left <= 0:
            return Known(failed="source_down")
        try:
            member = exchange.member_of_agency(dossier.agency)
        except NotFound:
            return Known(failed="not_member")
        whose = f"party:{dossier.applicant_id}" if self._by is None else f"user:{self._by.pk}"
        most = MOST_ASKS_AN_HOUR if self._by is None else MOST_OF_OFFICER
        limits.take(
            f"procedures.asks:{whose}", rate=most, per=timedelta(hours=1)
        )  # who types number after number learns no more
        asker = Asker(member, f"{dossier.procedure}/{dossier.uid}", by=self._by)
        answer = self._beside.put(ask, kind, ask.wanted, asker)
        return known_of(answer) if answer is not None else WAITING

    def answered(self) -> Iterator[tuple[Dossier, Ask, Known]]:
        """Wait until a register answers; return for whom, what was asked, and what came.

        A refusal counts for the dossier in whose name it was asked: another purpose may have its own permission.

        Records: `exchange.asked` or `exchange.failed` for each question.
        """
        for ask, answer in self._beside.answered():
            known = Known(failed=why(answer)) if isinstance(answer, HuongError) else known_of(answer)
            whose = self._whose.pop(ask)
            for dossier in whose[:1] if known.failed == "no_grant" else whose:
                yield dossier, ask, known

    def __enter__(self) -> "Registers":
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End; what left the house is written down."""
        self._beside.__exit__(kind, error, trace)


def why(error: HuongError) -> str:
    """Return the reason that a refusal is, as planning knows it."""
    return "no_grant" if isinstance(error, Forbidden) or error.status == FORBIDDEN else "source_down"


def known_of(answer: Fetched[Any]) -> Known:
    """Return a register's answer as planning reads it."""
    values = plain(asdict(answer.value)) if answer.value is not None else {}
    return Known(values, "", answer.exchange, answer.fetched_at, answer.valid_until)


def plain(value: Any) -> Any:
    """Return values as JSON has them: days as text, lists for tuples."""
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
