"""Keys of the home are made on first use, once and whole, however many need them at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

from huong.base import home

HANDS = 8


def test_threads_that_need_a_key_at_the_same_moment_get_the_same_whole_one():
    barrier = threading.Barrier(HANDS)

    def go(name, number):
        barrier.wait(60)
        return home.kept(home.path("keys", name), bytes([number]) * 32)

    for each in range(20):
        with ThreadPoolExecutor(HANDS) as hands:
            found = set(hands.map(go, [f"new-{each}"] * HANDS, range(HANDS)))
        assert len(found) == 1
        assert len(found.pop()) == 32


def test_a_key_is_readable_by_its_owner_alone_and_nothing_is_left_beside_it():
    file = home.path("keys", "new")
    assert home.kept(file, b"first") == home.kept(file, b"second") == b"first"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir() if "new" in each.name] == ["new"]
