from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huong.base import calendar, clock, ids, keys, limits, net, paging, sql, text
from huong.base.errors import BadInput, KeyDestroyed, TooMany, Unavailable
from huong.base.models import Bucket, CalendarDay, Schedule


def test_both_tone_placements_and_both_forms_of_unicode_become_one():
    decomposed = "Thuỷ Xuân"
    assert text.tone_normal(decomposed) == text.tone_normal("Thủy Xuân") == "Thủy Xuân"
    assert text.tone_normal("quý hoàng") == "quý hoàng"


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(value):
    assert text.fold(text.fold(value)) == text.fold(value)


@given(st.text(max_size=60))
def test_moving_tones_twice_is_moving_them_once(value):
    assert text.tone_normal(text.tone_normal(value)) == text.tone_normal(value)


def test_identifiers_sort_in_the_order_they_were_made():
    made = [ids.new_id() for _ in range(2_000)]
    assert made == sorted(set(made))
    assert {(found[12], found[16] in "89ab", len(found)) for found in made} == {("7", True, 32)}


def test_what_a_destroyed_key_protected_cannot_be_read_again(db):
    sealed = keys.seal_bytes(keys.data_key("person:1"), b"secret")
    assert keys.open_bytes(keys.data_key("person:1"), sealed) == b"secret"
    assert keys.destroy("person:1")
    with pytest.raises(KeyDestroyed):
        keys.data_key("person:1")


def test_a_field_encrypted_before_a_rotation_is_read_after_it(house):
    sealed = keys.encrypt(b"046", context="party")
    keys.rotate("field")
    assert keys.decrypt(sealed, context="party") == b"046"
    with pytest.raises(Unavailable):
        keys.decrypt(sealed, context="another place")


def test_the_fourth_request_of_a_window_waits(db):
    with clock.freeze(datetime(2026, 11, 24, 5, tzinfo=UTC)):
        for _ in range(3):
            limits.take("door", rate=3, per=timedelta(minutes=1))
        with pytest.raises(TooMany) as refused:
            limits.take("door", rate=3, per=timedelta(minutes=1))
    assert 0 < refused.value.details["retry_after"] <= 60
    with clock.freeze(datetime(2026, 11, 24, 5, 1, tzinfo=UTC)):
        limits.take("door", rate=3, per=timedelta(minutes=1))


def test_pages_follow_each_other_without_gap_or_repeat(db):
    for number in range(7):
        Bucket.objects.create(key=f"k{number}", window=number % 2)
    seen, cursor = [], None
    while True:
        page = paging.keyset(Bucket.objects.all(), order=("-window", "key"), after=cursor, size=3)
        seen += [row.key for row in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == ["k1", "k3", "k5", "k0", "k2", "k4", "k6"]


def test_a_damaged_cursor_is_refused_with_a_sentence(db):
    with pytest.raises(BadInput):
        paging.keyset(Bucket.objects.all(), order=("key",), after="%%%", size=3)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://127.0.0.1:9/", "http://user@example.org/", "gopher://x/"]
)
def test_outgoing_requests_stay_away_from_files_and_from_the_inside(url):
    with pytest.raises(BadInput), net.stream(url):
        pass


def test_the_calendar_knows_the_culture_day_and_tet(db, tmp_path):
    calendar.load(tmp_path)
    assert not calendar.is_working_day(date(2026, 11, 24))
    assert not calendar.is_working_day(date(2026, 2, 17))
    assert calendar.is_working_day(date(2026, 8, 22))
    friday_noon = datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert calendar.add_working_hours(friday_noon, 2).date() == date(2026, 11, 23)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
        "http://224.0.0.1/", "http://0/", "http://169.254.169.254/", "http://x:99999/", "http://[::1",
        "http://u:geheim@example.org/", "http://:geheim@example.org/", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_no_address_inside_the_house_is_fetched_and_no_password_is_repeated(url):
    with pytest.raises(BadInput) as refused:
        net.get(url, timeout=1)
    assert "geheim" not in refused.value.message


def test_an_answer_that_drips_is_given_up():
    pieces = iter([b"a", b"b", b"c"])
    answer = httpx.Response(200, content=pieces, request=httpx.Request("GET", "http://slow.example/"))
    chunks = net.chunks_of(answer, seconds=-1)
    assert next(chunks) == b"a"
    with pytest.raises(Unavailable):
        next(chunks)


def test_a_calendar_corrected_elsewhere_is_seen_soon_and_one_that_is_the_same_keeps_its_work(db, tmp_path):
    calendar.load(tmp_path)
    before = calendar.value()
    CalendarDay.objects.filter(day=date(2026, 11, 24)).update(working=True)
    assert calendar.value() is before
    calendar._held[:] = [(calendar._held[0][0] - calendar.FRESH_SECONDS - 1, before)]
    assert calendar.is_working_day(date(2026, 11, 24))
    after = calendar.value()
    calendar._held[:] = [(calendar._held[0][0] - calendar.FRESH_SECONDS - 1, after)]
    assert calendar.value() is after


def test_what_is_called_so_is_found_before_what_only_holds_the_words(monkeypatch):
    from huong.base import search
    from huong.base.ports import Port
    from huong.base.search import Hit

    found = [
        Hit("Khai thác đất ở Nguyễn Sinh Cung", "/1", "report"),
        Hit("Tôi có em bé", "/2", "event", "Khai sinh, thường trú"),
        Hit("Đăng ký khai sinh", "/3", "procedure"),
    ]
    monkeypatch.setattr(search, "sources", Port("search"))
    search.sources.add("everything", lambda query, user: found)
    assert [hit.url for hit in search.find("khai  SINH", None)] == ["/3", "/2", "/1"]


def test_rows_are_counted_by_several_conditions_at_once(db):
    for name in ("a", "b", "c"):
        Schedule.objects.create(name=name, due_at=clock.now())
    conditions = {
        "all": ("", ()),
        "some": sql.among("name", ["a", "b"]),
        "none": sql.among("name", []),
        "past": ("due_at <= %s", [clock.now()]),
    }
    rows = Schedule.objects.filter(name__in=["a", "b", "c"])
    assert sql.counted(rows, conditions) == {"all": 3, "some": 2, "none": 0, "past": 3}
    assert sql.counted(rows.none(), conditions) == dict.fromkeys(conditions, 0)
