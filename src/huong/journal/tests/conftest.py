"""Readers and tallies of the tests, taken away afterwards."""

import pytest

from huong.journal import registry


@pytest.fixture(autouse=True)
def only_the_readers_of_the_test():
    held = {port: dict(port.items()) for port in (registry.readers, registry.tallies)}
    for port in held:
        port._held.clear()
    yield
    for port, found in held.items():
        port._held.clear()
        port._held.update(found)
