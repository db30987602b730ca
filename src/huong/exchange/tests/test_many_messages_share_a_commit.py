"""What many threads write at the same moment is one commit; whatever fails, fails for itself."""

import threading

import pytest
from django.db import connection, connections

from huong.base.errors import HuongError
from huong.exchange import committing
from huong.exchange.models import Purpose

pytestmark = pytest.mark.django_db(transaction=True)


class Refusal(HuongError):
    """A verb that refuses."""


def written_together(verbs):
    """Write verbs on a thread each, all of them in one batch; return what each gave or refused."""
    found = [None] * len(verbs)

    def write(number, verb):
        try:
            found[number] = committing.write(verb)
        except Exception as error:  # noqa: BLE001 - looked at by the test
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=each) for each in enumerate(verbs)]
    with committing._turn:  # nobody's turn comes before all stand in line
        for thread in threads:
            thread.start()
        while len(committing._queue) < len(verbs):
            threading.Event().wait(0.005)
    for thread in threads:
        thread.join(60)
    return found


def making(code):
    return lambda: Purpose.objects.create(code=code, title=code)


def refusing():
    Purpose.objects.create(code="refused", title="?")
    raise Refusal("no")


def test_what_stands_in_line_is_one_transaction():
    found = written_together([lambda: number_of_transaction() for _each in range(4)])
    assert len({str(each) for each in found}) == 1, found


def number_of_transaction():
    if connection.vendor != "postgresql":
        return id(connection.connection), connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        return cursor.fetchone()[0]


def test_one_that_refuses_leaves_nothing_and_the_others_stand():
    found = written_together([making("a"), refusing, making("b"), refusing, making("a")])
    assert [type(each).__name__ for each in found][:4] == ["Purpose", "Refusal", "Purpose", "Refusal"]
    assert type(found[4]).__name__ == "IntegrityError"
    assert sorted(Purpose.objects.values_list("code", flat=True)) == ["a", "b"]


def test_one_alone_that_refuses_leaves_nothing():
    (found,) = written_together([refusing])
    assert isinstance(found, Refusal)
    assert not Purpose.objects.exists()
