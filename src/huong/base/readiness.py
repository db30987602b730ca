"""Readiness: each package says whether it can work, `/readyz` and `huong doctor` ask them all."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from huong.base import home
from huong.base.ports import Port
from huong.base.refusals import refusal_of


@dataclass(frozen=True)
class Check:
    """What one part says of itself. `ok` decides `/readyz`; `warning` only tells the operator."""

    ok: bool
    detail: str
    warning: bool = False


checks: Port[Callable[[], Check]] = Port("readiness check")


def _database() -> Check:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Check(True, connection.vendor)


def _disk() -> Check:
    free = home.free_bytes()
    return Check(free > home.RESERVE_BYTES, f"{free // 1_048_576} MiB free")


checks.add("database", _database)
checks.add("disk", _disk)


def run() -> dict[str, Check]:
    """Ask every part; a part that fails to answer is not ready, and says why."""
    found: dict[str, Check] = {}
    for key, check in checks.items():
        try:
            found[key] = check()
        except Exception as error:  # noqa: BLE001 - a readiness check reports every failure
            refusal = refusal_of(error)
            found[key] = Check(False, refusal.message if refusal else type(error).__name__)
    return found
