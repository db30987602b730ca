"""What field reports do by themselves: climb the ladder, tell after moves on many, let lost photos and old contacts go, learn."""

from datetime import timedelta
from io import BytesIO

from huong.base import net
from huong.base.jobs import job, scheduled
from huong.people import queries as people
from huong.reports import demonstration
from huong.reports.actions import escalating, handling, learning, peers, photos, reporters, telling
from huong.reports.models import TextModel

OK, PICTURE_BYTES = 200, 12 * 1024 * 1024


@scheduled("reports.escalate", every=timedelta(minutes=1))
@job()
def escalate() -> int:
    """Tell the next rung of every report that waits too long."""
    return escalating.escalate_due()


@scheduled("reports.tell_after_bulk", every=timedelta(minutes=1))
@job()
def tell_after_bulk() -> int:
    """Tell of moves on many that can no longer be undone."""
    return telling.tell_after_bulk()


@scheduled("reports.forget_contacts", every=timedelta(hours=12))
@job(queue="bulk")
def forget_contacts() -> int:
    """Erase the contact of reports that ended long ago."""
    return reporters.forget_contacts()


@scheduled("reports.sweep_photos", every=timedelta(hours=6))
@job(queue="bulk")
def sweep_photos() -> int:
    """Let photos go whose report never came."""
    return photos.sweep()


@job(queue="bulk")
def fetch_picture(number: str, url: str) -> None:
    """Fetch the picture that another system named for a report, and add it; the house's limits hold for it too."""
    answer = net.get(url, max_bytes=PICTURE_BYTES)
    if answer.status_code == OK:
        photo = photos.take_photo(BytesIO(answer.content), name=url.rsplit("/", 1)[-1][:100])
        handling.reply(number, photos=(photo.uid,))


@job(queue="bulk")
def train(by: str = "") -> TextModel:
    """Learn from decided reports.

    Args:
        by: the user name of whoever asked for it; nobody's, if the platform does it by itself.
    """
    return learning.train(demonstration.examples(), by=people.user(by) if by else None)


@scheduled("reports.learn", every=timedelta(days=1))
@job(queue="bulk")
def learn() -> None:
    """Learn from decided reports where there is something new to learn."""
    if learning.is_worth_it():
        train.now("")


@scheduled("reports.sweep_trials", every=timedelta(hours=6))
@job(queue="bulk")
def sweep_trials() -> int:
    """Let what was sent to the test endpoint of Open311 go after a week."""
    return peers.sweep_trials()


@scheduled("reports.demonstration", every=timedelta(minutes=1))
@job()
def demonstration_arrivals() -> int:
    """Let fresh reports arrive in a demonstration home."""
    return demonstration.arrive()
