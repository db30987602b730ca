"""The rows of the demonstration datasets: one function each, from the day on which they are sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from huong.main.demonstration.people import STREETS, Wards, citizen_id, full_name, phone

Rows = list[dict[str, Any]]
VN_DAY: Final = "%d/%m/%Y"
VN_TIME: Final = "%d/%m/%Y %H:%M"
HOURS: Final = 26  # of a daily file: a day, and two hours that the next one corrects


@dataclass(frozen=True)
class Sender:
    """A demonstration dataset: how its file is made, when it was sent, and who of those in need has read it.

    Attributes:
        days_ago: the past days on which its file came.
        hour: the hour of the day at which its office sends.
        everybody: whether all agencies that declared a need have read it, or only most.
    """

    dataset: str
    rows: Callable[[Random, Wards, datetime], Rows]
    days_ago: tuple[int, ...]
    hour: int = 8
    everybody: bool = True


def daily(days: int, *, but: tuple[int, ...] = ()) -> tuple[int, ...]:
    """Return every day of the last ones, but those on which nothing came."""
    return tuple(day for day in range(days, 0, -1) if day not in but)


def hydrants(random: Random, wards: Wards, at: datetime) -> Rows:
    """Fire hydrants: some never measured, one code written without its dash."""
    rows = []
    for number in range(1, 421):
        ward, lat, lon = wards.any()
        rows.append(
            {
                "ma_tru": f"TN-{number:04d}" if number % 97 else f"TN{number:04d}",
                "phuong_xa": ward,
                "vi_do": lat,
                "kinh_do": lon,
                "tinh_trang": random.choices(("tốt", "hỏng", "đang sửa", "bình thường"), weights=(80, 8, 5, 7))[0],
                "luu_luong": "" if random.random() < 0.12 else round(random.uniform(8, 25), 1),
                "ngay_kiem_tra": ""
                if random.random() < 0.05
                else (at - timedelta(days=random.randrange(400))).strftime(VN_DAY),
            }
        )
    return rows


def incidents(random: Random, wards: Wards, at: datetime) -> Rows:
    """Road incidents: a few cleared before they happened, some plates unreadable."""
    rows = []
    for number in range(40):
        ward, lat, lon = wards.any()
        begun = at - timedelta(days=random.random() * 2)
        cleared = begun + timedelta(minutes=random.randrange(10, 240) * (-1 if number % 61 == 7 else 1))
        digits = f"{random.randrange(100_000):05d}"
        mark = f"75{random.choice('ABC')}"
        plate = f"{mark}-{digits[:3]}.{digits[3:]}" if random.random() < 0.06 else f"{mark}{digits}"
        rows.append(
            {
                "ma_su_co": f"SC{at:%y%m%d}-{number:04d}",
                "luc_xay_ra": begun.strftime(VN_TIME),
                "luc_thong_xe": "" if random.random() < 0.04 else cleared.strftime(VN_TIME),
                "phuong_xa": ward,
                "vi_do": lat,
                "kinh_do": lon,
                "loai": random.choices(
                    ("va chạm", "xe hỏng", "ngập", "cây đổ", "đèn hỏng"), weights=(50, 20, 15, 8, 7)
                )[0],
                "bi_thuong": "" if random.random() < 0.08 else random.choices((0, 1, 2, 3), weights=(70, 20, 8, 2))[0],
                "bien_so": plate if random.random() < 0.94 else "không rõ số",
                "mo_ta": f"{random.choice(STREETS)}, hướng vào trung tâm",
            }
        )
    return rows


def stations(random: Random, wards: Wards, at: datetime) -> Rows:
    """Health stations: fewer than announced, some without a phone."""
    rows = []
    for number in range(1, 127):
        ward, lat, lon = wards.any()
        name = ward.split(" ", 1)[-1]
        rows.append(
            {
                "ma_tram": f"TYT{number:03d}",
                "ten": f"Trạm y tế {name}",
                "phuong_xa": ward,
                "dia_chi": "" if random.random() < 0.06 else f"{random.randrange(1, 200)} {random.choice(STREETS)}",
                "dien_thoai": "" if random.random() < 0.1 else phone(random),
                "bac_si": random.randrange(1, 7),
                "giuong": random.choice((0, 4, 5, 10, 12)),
                "vi_do": lat,
                "kinh_do": lon,
            }
        )
    return rows


def dengue(random: Random, wards: Wards, at: datetime) -> Rows:
    """Dengue by week and ward; counts only."""
    monday = (at - timedelta(days=at.weekday())).date()
    rows = []
    for unit in wards.today:
        for week in range(8):
            cases = max(0, round(random.gauss(3, 3)))
            rows.append(
                {
                    "tuan_tu_ngay": (monday - timedelta(weeks=week)).strftime(VN_DAY),
                    "phuong_xa": unit.code,
                    "so_ca": cases,
                    "ca_nang": min(cases, random.choice((0, 0, 0, 1))) + (9 if random.random() < 0.004 else 0),
                }
            )
    return rows


def air(random: Random, wards: Wards, at: datetime) -> Rows:
    """Hourly air quality of three stations, a day and two hours: gaps of PM10, one broken thermometer."""
    rows = []
    hour = at.replace(minute=0, second=0, microsecond=0)
    for station, ward in (("KK01", "Phường Thuận Hóa"), ("KK02", "Phường Phú Bài"), ("KK03", "Xã Chân Mây - Lăng Cô")):
        for back in range(HOURS):
            fine = max(3.0, random.gauss(22, 9))
            rows.append(
                {
                    "tram": station,
                    "luc_do": (hour - timedelta(hours=back)).strftime(VN_TIME),
                    "phuong_xa": ward,
                    "pm25": round(fine, 1),
                    "pm10": "" if random.random() < 0.07 else round(fine * random.uniform(1.2, 2.1), 1),
                    "nhiet_do": 99.9 if station == "KK03" and back % 24 == 5 else round(random.gauss(23, 3), 1),
                }
            )
    return rows


def river(random: Random, wards: Wards, at: datetime) -> Rows:
    """Hourly river levels of three stations, a day and two hours."""
    rows = []
    hour = at.replace(minute=0, second=0, microsecond=0)
    for station, ward, base in (
        ("TV01", "Phường Kim Long", 0.6),
        ("TV02", "Phường Hương Trà", 1.1),
        ("TV03", "Xã Nam Đông", 2.4),
    ):
        for back in range(HOURS):
            rows.append(
                {
                    "tram": station,
                    "luc_do": (hour - timedelta(hours=back)).strftime(VN_TIME),
                    "phuong_xa": ward,
                    "muc_nuoc": f"{base + random.random() * 0.5:.2f}".replace(".", ","),
                    "mua": "" if random.random() < 0.03 else round(max(0.0, random.gauss(1, 4)), 1),
                }
            )
    return rows


def lights(random: Random, wards: Wards, at: datetime) -> Rows:
    """Street lights by the wards of before July 2025: doubled codes, missing power, impossible days."""
    rows = []
    for number in range(1, 2401):
        ward, lat, lon = wards.any(former=True)
        installed = at - timedelta(days=random.randrange(200, 4000))
        rows.append(
            {
                "ma_den": f"D{number - (number % 83 == 0):05d}",
                "phuong_cu": ward,
                "duong": random.choice(STREETS) + ("  " if random.random() < 0.05 else ""),
                "cong_suat": "" if random.random() < 0.18 else random.choice((70, 90, 150, 250)),
                "tinh_trang": random.choices(("hoạt động", "hỏng", "đang sửa", "khong sang"), weights=(86, 7, 5, 2))[0],
                "ngay_lap": "31/02/2021" if random.random() < 0.01 else installed.strftime(VN_DAY),
                "vi_do": lat,
                "kinh_do": lon,
            }
        )
    return rows


def outages(random: Random, wards: Wards, at: datetime) -> Rows:
    """Water outages of a week: open ends, one ended before it began."""
    rows = []
    for number in range(24):
        begun = at - timedelta(days=random.random() * 7)
        ended = begun + timedelta(hours=random.randrange(2, 20) * (-1 if number == 17 else 1))
        rows.append(
            {
                "ma": f"NN{at:%y%m%d}-{number:03d}",
                "phuong_xa": wards.any()[0],
                "tu_luc": begun.strftime(VN_TIME),
                "den_luc": "" if random.random() < 0.15 else ended.strftime(VN_TIME),
                "ly_do": random.choice(("bảo trì", "vỡ ống", "mất điện", "súc rửa")),
                "so_ho": random.randrange(40, 6000),
            }
        )
    return rows


def allowance(random: Random, wards: Wards, at: datetime) -> Rows:
    """Recipients of social allowance: invented people, numbers from the range for tests, some wrong."""
    rows = []
    for number in range(900):
        year = random.randrange(1936, 2016)
        identity = citizen_id(random, year, female=random.random() < 0.5)
        name = full_name(random)
        rows.append(
            {
                "so_dinh_danh": identity[:-1] if number % 131 == 3 else identity,
                "ho_ten": name.upper() if random.random() < 0.05 else name,
                "ngay_sinh": f"{random.randrange(1, 29):02d}/{random.randrange(1, 13):02d}/{year}",
                "phuong_xa": wards.any()[0],
                "dien_thoai": "" if random.random() < 0.3 else phone(random),
                "doi_tuong": random.choices(("cao tuổi", "khuyết tật", "mồ côi", "đơn thân"), weights=(55, 30, 8, 7))[
                    0
                ],
                "muc_huong": random.choice((500_000, 750_000, 1_000_000, 1_250_000)),
                "huong_tu": f"01/{random.randrange(1, 13):02d}/{random.randrange(2019, 2026)}",
            }
        )
    return rows


def schools(random: Random, wards: Wards, at: datetime) -> Rows:
    """Schools: reviewed too long ago; a level that nobody knows."""
    rows = []
    for number in range(1, 561):
        ward, lat, lon = wards.any()
        level = random.choices(("mầm non", "tiểu học", "THCS", "THPT", "liên cấp"), weights=(34, 36, 20, 9, 1))[0]
        rows.append(
            {
                "ma_truong": f"46{number:05d}",
                "ten_truong": f"Trường {level} {ward.split(' ', 1)[-1]} {number % 7 + 1}",
                "phuong_xa": ward,
                "cap_hoc": level,
                "hoc_sinh": "" if random.random() < 0.04 else random.randrange(80, 1600),
                "dien_thoai": phone(random) if random.random() < 0.8 else "",
                "vi_do": lat,
                "kinh_do": lon,
            }
        )
    return rows


SENDERS: Final = (
    Sender("fire_hydrants", hydrants, (60, 20), hour=9),
    Sender("road_incidents", incidents, daily(24, but=(2, 3, 9, 10, 17)), hour=7),
    Sender("health_stations", stations, (75, 15), hour=15),
    Sender("dengue_weekly", dengue, (28, 21, 14, 7, 1), hour=10),
    Sender("air_quality", air, daily(21, but=(5, 6)), hour=6),
    Sender("river_levels", river, daily(21), hour=7),
    Sender("street_lights", lights, (80, 45), hour=16, everybody=False),
    Sender("water_outages", outages, (30, 23, 16, 9, 2), hour=11),
    Sender("social_allowance", allowance, (35, 4), hour=14, everybody=False),
    Sender("schools", schools, (70,), hour=9, everybody=False),
)
