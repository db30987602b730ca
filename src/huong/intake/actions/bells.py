"""Telling people about loads, through their bell."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from huong.catalogue import queries as catalogue
from huong.messages import actions as messages
from huong.people import queries as people

if TYPE_CHECKING:
    from huong.intake.models import Load
    from huong.people.models import User

DONE = gettext_noop(
    "%(name)s was loaded into %(dataset)s: %(accepted)s rows accepted, %(refused)s wait to be repaired."
)
FAILED = gettext_noop("%(name)s was not loaded into %(dataset)s. Open the load to see why.")
SAME = gettext_noop(
    "The same file (%(name)s) was sent to two datasets of different agencies: %(dataset)s and %(other)s."
)
SOURCE = gettext_noop("The source of %(dataset)s could not be read. It will be tried again.")

LATE = gettext_noop("%(who)s is waiting for the newest data of %(dataset)s. Please load it or say when it comes.")


def stewards_of(dataset: str, owner: str) -> "list[User]":
    """Return whom to tell about a dataset: its steward, else the stewards of its owner."""
    found = catalogue.dataset(dataset)
    return [found.steward] if found.steward else people.holders(owner, "steward")


def tell(dataset: str, owner: str, text: str, *, url: str, key: str, arguments: dict[str, str | int | float]) -> None:
    """Ring the bell of a dataset's stewards, once per key."""
    for user in stewards_of(dataset, owner):
        messages.bell(user.pk, text, url, "intake", arguments=arguments, key=key)


def tell_of(load: "Load", text: str, **more: str) -> None:
    """Ring the bell of a load's stewards about what became of it."""
    facts: dict[str, str | int | float] = {
        "name": load.name,
        "dataset": load.dataset,
        "accepted": load.accepted,
        "refused": load.refused,
        **more,
    }
    tell(load.dataset, load.owner, text, url=url_of(load), key=f"load:{load.id}:{load.state}", arguments=facts)


def url_of(load: "Load") -> str:
    """Return the page of a load."""
    return f"/desk/datasets/{load.dataset}/loads/{load.id}"
