"""What the national portal is told of one action of a dossier, under its own names.

The same action gives the same words, however often and whenever it is told: all comes from the action itself.

Source: reference of procedures, section 0 (vocabulary as OpenCPS sends it).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from huong.base import plain_yaml

TABLE = Path(__file__).with_name("states.yaml")
TIME = "%Y%m%d%H%M%S"


@dataclass(frozen=True)
class Told:
    """One action, as far as the portal hears of it. Times are local; None where there is none.

    Attributes:
        fees: name, amount in đồng, and whether it is paid.
        supplement: what was asked for, in sentences.
        extended: the day of appointment before and the new one, after a re-appointment.
        papers: name and number of each signed result.
    """

    code: str
    procedure: str
    procedure_name: str
    state: str
    verb: str
    accepted_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    agency: str
    agency_name: str
    person: str
    at: datetime
    fees: Sequence[tuple[str, int, bool]] = ()
    supplement: Sequence[str] = ()
    extended: tuple[datetime | None, datetime | None] | None = None
    papers: Sequence[tuple[str, str]] = ()


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """Return the mapping of states and services."""
    return dict(plain_yaml.of_file(TABLE))


def service_of(verb: str) -> str:
    """Return the portal's name of the call for a verb; empty if it does not hear of it.

    >>> service_of("accept"), service_of("start"), service_of("note")
    ('DongBoHoSoMC', 'CapNhatTienDoHoSoMC', '')
    """
    services = table()["services"]
    if verb not in table()["told"]:
        return ""
    return str(services["first"] if verb == "accept" else services["later"])


def facts_of(told: Told) -> dict[str, Any]:
    """Return the message for the portal; no personal value of the applicant is in it."""
    state = table()["states"][told.state]
    found: dict[str, Any] = {
        "MaHoSo": told.code,
        "MaTTHC": told.procedure,
        "TenTTHC": told.procedure_name,
        "TrangThaiHoSo": state["code"],
        "TenTrangThaiHoSo": state["name"],
        "NgayTiepNhan": told.accepted_at.strftime(TIME),
        "NgayHenTra": _time(told.due_at),
        "NgayTra": _time(told.closed_at),
        "DonViXuLy": told.agency_name,
        "MaDonViXuLy": told.agency,
        "NguoiXuLy": told.person,
        "PhongBanXuLy": told.agency_name,
        "ThoiDiemXuLy": told.at.strftime(TIME),
    }
    if told.fees:
        found["DanhSachLePhi"] = [
            {"TenPhiLePhi": name, "SoTien": str(amount), "TrangThai": "1" if paid else "0"}
            for name, amount, paid in told.fees
        ]
    if told.supplement or told.extended:
        before, after = told.extended or (None, None)
        found["DanhSachHoSoBoSung"] = [
            {
                "NoiDungBoSung": "; ".join(told.supplement),
                "NgayHenTraTruoc": _time(before),
                "NgayHenTraMoi": _time(after),
            }
        ]
    if told.papers:
        found["DanhSachGiayToKetQua"] = [{"TenGiayTo": name, "SoKyHieu": number} for name, number in told.papers]
    return found


def _time(at: datetime | None) -> str:
    return at.strftime(TIME) if at else ""
