"""Named people and agencies for tests, made through the verbs. `fixtures.py` offers them to pytest."""

from datetime import UTC, date, datetime
from pathlib import Path

from huong.config import ROOT
from huong.people import queries as people
from huong.people.actions import agencies as agency_verbs
from huong.people.actions import posts, users
from huong.people.models import Agency, User
from huong.places import loading

HUE = ROOT / "cities" / "hue"
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # 12:00 in Huế, a Tuesday
SINCE = date(2026, 1, 2)
PASSWORD = "cơm hến buổi sáng"
HEADER = "code,name,name_en,tier,kind,unit,unit_valid_from,is_example,valid_from\n"
SMALL_CITY = HEADER + (
    "H57,Ủy ban nhân dân thành phố Huế,People's Committee of Hue City,city,committee,46,2025-01-01,0,2025-01-01\n"
    "H57.8,Sở Thoát nước,Department of Drains,city,department,46,2025-01-01,1,2025-01-01\n"
    "H57.9,Sở Đường bộ,Department of Roads,city,department,46,2025-01-01,1,2025-01-01\n"
    "H57.51,Cơ quan dữ liệu thành phố,City Data Office,city,centre,46,2025-01-01,1,2025-01-01\n"
    "H57.21,Ủy ban nhân dân phường An Cựu,People's Committee of An Cuu,ward,committee,19815,2025-07-01,1,2025-07-01\n"
)
DRAINS, ROADS, DATA_OFFICE, WARD_OFFICE, CITY = "H57.8", "H57.9", "H57.51", "H57.21", "H57"


def units() -> Path:
    """Load the units of Huế, all generations; return the city's folder."""
    loading.load(HUE)
    return HUE


def agencies(folder: Path) -> list[Agency]:
    """Load the cast's five agencies from a folder made for them."""
    folder.mkdir()
    (folder / agency_verbs.FILE).write_text(SMALL_CITY, encoding="utf-8")
    agency_verbs.load(folder)
    return people.agencies()


def joined(username: str, full_name: str, **posts_in: Agency) -> User:
    """Return somebody who was invited and joined, with the posts named: `steward=drains`."""
    _user, link = users.invite(username, full_name=full_name, by=None)
    user = users.join(link, password=PASSWORD)
    for role, agency in posts_in.items():
        posts.appoint(user, agency=agency, role=role, since=SINCE, by=None)
    return user
