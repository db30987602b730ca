"""What field reports do by themselves: climb the ladder, tell, fetch and bring news, let old contacts go, learn."""

from datetime import timedelta

from huong.base.jobs import job, scheduled
from huong.people import queries as people
from huong.reports import demonstration
from huong.reports.actions import (
    escalating,
    learning,
    mailbox,
    peers,
    photos,
    pulling,
    pushing,
    reporters,
    taking,
    telling,
)
from huong.reports.models import TextModel


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


@scheduled("reports.end_taken", every=timedelta(minutes=10))
@job()
def end_taken() -> int:
    """Destroy the secrets of what officers took along longer than a day ago."""
    return taking.end_expired()


@scheduled("reports.sweep_photos", every=timedelta(hours=6))
@job(queue="bulk")
def sweep_photos() -> int:
    """Let photos go whose report never came."""
    return photos.sweep()


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


@scheduled("reports.pull_peers", every=timedelta(minutes=1))
@job(tries=1)
def pull_peers() -> int:
    """Ask the other Open311 systems that are due."""
    return pulling.pull_due()


@scheduled("reports.push_peers", every=timedelta(minutes=1))
@job(queue="bulk", tries=1)
def push_peers() -> int:
    """Send what waits for other Open311 systems and is due again."""
    return pushing.send_due()


@scheduled("reports.mailbox", every=timedelta(minutes=1))
@job(queue="bulk", tries=1)
def read_mailbox() -> bool:
    """Read the mailbox that citizens write to."""
    return mailbox.fetch() is not None


@scheduled("reports.demonstration", every=timedelta(minutes=1))
@job()
def demonstration_arrivals() -> int:
    """Let fresh reports arrive in a demonstration home."""
    return demonstration.arrive()
