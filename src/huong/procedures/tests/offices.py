"""The offices of Huế in 2026 as a plain calendar, for tests of clocks."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from huong.base.working_time import WorkingCalendar
from huong.procedures.rules.clock import Moment, Watch

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SHIFTS = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 30)))
TET = {date(2026, 2, 16) + timedelta(days=more): False for more in range(5)}
# Culture Day; 31 August is free and made up on Saturday 22 August
OTHERS = {
    date(2026, 1, 1): False,
    date(2026, 4, 27): False,
    date(2026, 4, 30): False,
    date(2026, 5, 1): False,
    date(2026, 8, 22): True,
    date(2026, 8, 31): False,
    date(2026, 9, 1): False,
    date(2026, 9, 2): False,
    date(2026, 11, 24): False,
}
HUE = WorkingCalendar(ZONE, SHIFTS, TET | OTHERS)

RUNNING = frozenset({"accepted", "in_progress"})
ENDED = frozenset({"decided", "delivered", "refused", "withdrawn"})
DOSSIER = Watch(RUNNING, ENDED)
STATES = {
    "submit": "submitted",
    "accept": "accepted",
    "begin": "in_progress",
    "request_supplement": "supplement_wanted",
    "resume": "in_progress",
    "suspend": "on_hold",
    "consult": "consulting",
    "ask_fee": "fee_due",
    "decide": "decided",
    "correct": "correcting",
    "withdraw": "withdrawn",
}


def at(text):
    """An instant in Huế, "02-13 16:00"; 2026 unless a year is given."""
    return datetime.fromisoformat(text if text[:2] == "20" else f"2026-{text}").replace(tzinfo=ZONE)


def did(verb, when, state="", **more):
    """Something done to a dossier, and the state it leads to."""
    return Moment(verb, when if isinstance(when, datetime) else at(when), state or STATES[verb], **more)


def shown(instant):
    """An instant as a clerk in Huế reads it."""
    return instant and instant.astimezone(ZONE).strftime("%m-%d %H:%M")
