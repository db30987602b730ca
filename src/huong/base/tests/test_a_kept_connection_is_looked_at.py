"""A connection kept from an earlier request is used again only while it stands; a closed one is opened anew."""

import select

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from huong.base.sql import is_postgresql

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept():
    """Return a connection to PostgreSQL that stands open."""
    if not is_postgresql():
        pytest.skip("SQLite has no connection that somebody else could close")
    connection.ensure_connection()
    return connection


def test_one_that_stands_is_not_asked(kept):
    with CaptureQueriesContext(kept) as made:
        assert kept.is_usable()
    assert not len(made)


def test_one_that_the_server_closed_is_seen_and_opened_anew(kept):
    number = kept.connection.info.backend_pid
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
    finally:
        other.close()
    line = select.poll()
    line.register(kept.connection.fileno(), select.POLLIN)
    assert line.poll(5000)
    assert not kept.is_usable()
    kept.health_check_done = False
    kept.health_check_enabled = True
    kept.close_if_health_check_failed()
    with kept.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    assert kept.connection.info.backend_pid != number
