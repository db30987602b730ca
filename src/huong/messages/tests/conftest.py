"""A person, and a channel that keeps what it is given or fails as it is told."""

from dataclasses import dataclass, field

import pytest
from django.contrib.auth import get_user_model

from huong.messages.ports import Letter, adapters


@pytest.fixture
def an(db):
    return get_user_model().objects.create(username="an", email="an@hue.gov.vn")


@dataclass
class Pigeon:
    """A channel without a network."""

    letters: list[Letter] = field(default_factory=list)
    failure: Exception | None = None

    def normal(self, address):
        return address.strip() if " " not in address.strip() else None

    def send(self, letter):
        if self.failure:
            raise self.failure
        self.letters.append(letter)


@pytest.fixture
def pigeon():
    held = dict(adapters.items())
    yield adapters.add("pigeon", Pigeon())
    adapters._held.clear()
    adapters._held.update(held)
