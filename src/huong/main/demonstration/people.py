"""Invented people, places and words from which the demonstration rows are made."""

from random import Random
from typing import Final

from huong.base.text import fold
from huong.places import queries as places

SURNAMES: Final = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Võ", "Đặng", "Hồ", "Tôn Nữ", "Ngô", "Dương")
MIDDLES: Final = ("Thị", "Văn", "Minh", "Quang", "Thanh", "Ngọc", "Hữu", "Bảo", "Thu", "Đình")
GIVEN: Final = (
    "An",
    "Bình",
    "Chi",
    "Dũng",
    "Hạnh",
    "Hương",
    "Khánh",
    "Lan",
    "Mai",
    "Nam",
    "Phúc",
    "Sen",
    "Thảo",
    "Tuấn",
)
STREETS: Final = (
    "Hùng Vương", "Lê Lợi", "Nguyễn Huệ", "Bà Triệu", "Đống Đa", "An Dương Vương", "Bạch Đằng", "Phan Chu Trinh",
    "Nguyễn Sinh Cung", "Kim Long", "Điện Biên Phủ", "Ngự Bình", "Đinh Tiên Hoàng", "Mai Thúc Loan",
)  # fmt: skip


def full_name(random: Random) -> str:
    """Return the name of somebody who does not exist."""
    return f"{random.choice(SURNAMES)} {random.choice(MIDDLES)} {random.choice(GIVEN)}"


def citizen_id(random: Random, year: int, *, female: bool) -> str:
    """Return a personal number in the range kept for tests: place 046, serial 9xxxxx (Decree 137/2015 Art 13)."""
    century = 2 if year >= 2000 else 0
    return f"046{century + female}{year % 100:02d}9{random.randrange(100_000):05d}"


def phone(random: Random) -> str:
    """Return a phone number, written in one of the ways people write it."""
    digits = f"0{random.choice('35789')}{random.randrange(10**8):08d}"
    spaced, dotted = (sign.join((digits[:4], digits[4:7], digits[7:])) for sign in (" ", "."))
    return random.choices((digits, spaced, f"+84{digits[1:]}", dotted), weights=(88, 5, 4, 3))[0]


class Wards:
    """Units of today and of before, with their points, written as people write them."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.today = places.units()
        self.former = [unit for unit in places.unit_rows() if unit.valid_to and unit.tier == "ward" and unit.lon]

    def any(self, *, former: bool = False) -> "tuple[str, float, float]":
        """Return (what somebody wrote, latitude, longitude) of a unit."""
        unit = self.random.choice(self.former if former else self.today)
        prefix = {"phuong": "Phường", "xa": "Xã", "thi_tran": "Thị trấn"}.get(unit.kind, "Phường")
        short = {"phuong": "P.", "xa": "X.", "thi_tran": "TT."}.get(unit.kind, "P.")
        name = f"{prefix} {unit.name}"
        text = self.random.choices((name, f"{short} {unit.name}", fold(name)), weights=(90, 7, 3))[0]
        spread = 0.006
        lat = (unit.lat or 16.46) + self.random.uniform(-spread, spread)
        lon = (unit.lon or 107.59) + self.random.uniform(-spread, spread)
        return text, round(lat, 5), round(lon, 5)
