"""Lines a person finds behind the bell."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.utils import translation

from huong.journal.models import Entry
from huong.messages import actions, queries

TEXT = "You have no such address."


def test_a_line_waits_until_it_is_read(an):
    line = actions.bell(an.pk, TEXT, "/desk/", "intake")
    assert queries.unread(an) == [line]
    assert queries.unread_count(an) == 1
    assert actions.mark_read(an.pk, line.pk)
    assert not actions.mark_read(an.pk, line.pk)
    assert queries.unread_count(an) == 0
    assert queries.bells_of(an).items == [line]


def test_the_same_key_rings_once(an):
    assert actions.bell(an.pk, TEXT, "/", "intake", key="load:1") == actions.bell(
        an.pk, TEXT, "/", "intake", key="load:1"
    )
    assert queries.unread_count(an) == 1
    assert Entry.objects.filter(name="messages.belled").count() == 1


def test_a_line_speaks_the_language_of_whoever_looks(an):
    line = actions.bell(an.pk, "There is no text “%(name)s”.", "/", "intake", arguments={"name": "x"})
    with translation.override("vi"):
        assert queries.text_of(line) == "Không có mẫu tin “x”."
    with translation.override("en"):
        assert queries.text_of(line) == "There is no text “x”."


def test_nobody_reads_the_lines_of_another(an):
    line = actions.bell(an.pk, TEXT, "/", "intake")
    stranger = get_user_model().objects.create(username="binh")
    assert not actions.mark_read(stranger.pk, line.pk)
    assert queries.unread(stranger) == []
    assert queries.unread_count(AnonymousUser()) == 0


def test_all_lines_are_read_at_once(an):
    for _turn in range(3):
        actions.bell(an.pk, TEXT, "/", "intake")
    assert actions.mark_all_read(an.pk) == 3
    assert queries.unread_count(an) == 0
