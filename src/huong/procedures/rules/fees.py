"""What a dossier costs: the fees of its version, by channel and by how many. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from huong.procedures.rules.nouns import Fee


@dataclass(frozen=True)
class FeeLine:
    """One fee of one dossier, in whole đồng."""

    key: str
    name: str
    name_en: str
    amount: int
    count: int

    @property
    def total(self) -> int:
        """Return the amount for all of them."""
        return self.amount * self.count

    def as_dict(self) -> dict[str, Any]:
        """Return it as it is kept with a payment."""
        return {**asdict(self), "total": self.total}


def lines_of(fees: Sequence[Fee], answers: Mapping[str, Any], *, online: bool) -> tuple[FeeLine, ...]:
    """Return the fees that a dossier owes; what costs nothing is left out.

    Args:
        answers: path to value, for fees per copy, page or the like.
        online: whether it was applied for online.

    >>> [line.total for line in lines_of((Fee("copy", "", "", 8000, 4000, "copies.n"),), {"copies.n": 3}, online=True)]
    [12000]
    """
    found = [FeeLine(fee.key, fee.name, fee.name_en, _amount(fee, online=online), _count(fee, answers)) for fee in fees]
    return tuple(line for line in found if line.total > 0)


def _amount(fee: Fee, *, online: bool) -> int:
    return fee.online if online and fee.online is not None else fee.amount


def _count(fee: Fee, answers: Mapping[str, Any]) -> int:
    if fee.per == "dossier":
        return 1
    value = answers.get(fee.per)
    return max(0, int(value)) if isinstance(value, int | float) and not isinstance(value, bool) else 1
