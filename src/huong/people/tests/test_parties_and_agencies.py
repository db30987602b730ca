"""Parties are found by a keyed hash, shown masked, read with a purpose, and can be erased; agencies load."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from huong.base import home
from huong.base.errors import BadInput, Forbidden, HuongError, KeyDestroyed, NotFound, WrongState
from huong.base.testing.cast import HUE
from huong.journal.models import Entry
from huong.people import demonstration, ports, queries, rules
from huong.people.actions import agencies, parties
from huong.people.models import Agency, Party, Post

pytestmark = pytest.mark.django_db
NATIONAL_ID = "046090999001"


@pytest.fixture
def lan(steward) -> Party:
    return parties.register(
        "person", name="Nguyễn Thị Lan", national_id=NATIONAL_ID, birth_date=date(1990, 3, 8), by=steward
    )


def test_a_party_is_found_again_by_its_national_id(lan, steward):
    assert parties.register("person", name="NGUYEN THI LAN", national_id=f" {NATIONAL_ID} ", by=steward) == lan
    assert queries.party_of(NATIONAL_ID) == lan
    assert queries.party_of("046090999002") is None


def test_no_personal_value_lies_open_in_the_tables_or_the_journal(lan):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_party")
        row = str([bytes(value) if isinstance(value, memoryview) else value for value in cursor.fetchone()])
    assert NATIONAL_ID not in row
    assert "1990-03-08" not in row
    assert lan.national_id_shown == "046***" == rules.masked(NATIONAL_ID)
    assert all(NATIONAL_ID not in str(entry.data) + entry.subject for entry in Entry.objects.all())


def test_reading_the_particulars_needs_a_power_and_is_written_down(lan, steward, officer):
    with pytest.raises(Forbidden):
        queries.particulars_of(lan, by=officer, purpose="curiosity")
    found = queries.particulars_of(lan, by=steward, purpose="connection of a drain")
    assert found == {"national_id": NATIONAL_ID, "birth_date": "1990-03-08"}
    entry = Entry.objects.get(name="people.accessed")
    assert (entry.subject, entry.audience) == (f"party:{lan.public_id}", "named")
    assert entry.data["purpose"] == "connection of a drain"


def test_erasure_destroys_the_key_and_empties_the_row(lan, steward, data_officer):
    with pytest.raises(Forbidden):
        parties.erase(lan, by=steward)
    parties.erase(lan, by=data_officer)
    assert (lan.name, lan.national_id_hash, lan.national_id_shown) == ("", "", "")
    with pytest.raises(KeyDestroyed):
        queries.particulars_of(lan, by=steward, purpose="afterwards")
    with pytest.raises(WrongState):
        parties.erase(lan, by=data_officer)
    assert queries.party_of(NATIONAL_ID) is None
    assert Entry.objects.filter(name="people.party_erased").count() == 1


def test_an_erasure_asks_everybody_who_keeps_something_and_can_be_done_again_after_a_failure(
    lan, data_officer, monkeypatch
):
    asked = []
    monkeypatch.setattr(ports.erasers, "_held", {})
    ports.erasers.add("first", lambda person, *, by: asked.append(person) or 2)
    ports.erasers.add("second", lambda person, *, by: asked.append(by) or 1 // (len(asked) - 2))
    with pytest.raises(ZeroDivisionError):
        parties.erase(lan, by=data_officer)
    lan.refresh_from_db()
    assert (lan.name, lan.erased_at) == ("Nguyễn Thị Lan", None)
    parties.erase(lan, by=data_officer)
    assert asked == [ports.Person(lan.public_id, NATIONAL_ID), data_officer.id] * 2
    entry = Entry.objects.get(name="people.party_erased")
    assert entry.data == {"things": 2}
    assert NATIONAL_ID not in str(entry.facts())


def test_a_party_without_a_national_id_is_never_joined_with_another(steward):
    first = parties.register("organisation", name="Tổ dân phố 5", by=steward)
    assert parties.register("organisation", name="Tổ dân phố 5", by=steward) != first
    with pytest.raises(BadInput):
        parties.register("person", name="  ", by=steward)


def test_the_agencies_of_hue_load_once_and_again_without_a_change(hue):
    assert agencies.load(HUE) == Agency.objects.count() == 65
    before = Entry.objects.count()
    assert agencies.load(HUE) == 65
    assert Entry.objects.count() == before
    committees = Agency.objects.filter(tier="ward", kind="committee")
    assert committees.count() == 40
    assert {agency.unit.valid_to for agency in committees.select_related("unit")} == {None}
    assert queries.agency_of_unit("19815", date(2026, 1, 1)).code == "H57.21"


def test_codes_that_are_not_official_say_so(hue):
    agencies.load(HUE)
    assert list(Agency.objects.filter(is_example=False).values_list("code", flat=True)) == ["H57"]


def test_an_agency_of_an_unknown_unit_refuses_the_file(db, tmp_path):
    (tmp_path / agencies.FILE).write_text((HUE / agencies.FILE).read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(BadInput):
        agencies.load(tmp_path)
    assert Agency.objects.count() == 0


def test_the_demonstration_s_people_have_posts_and_filling_again_changes_nothing(hue, house):
    agencies.load(HUE)
    (house / "home.json").unlink()
    home.prepare(demo=True)
    demonstration.fill()
    demonstration.fill()
    assert Post.objects.count() == len(demonstration.CAST)
    assert {post.role for post in queries.demonstration_posts()} >= {
        "officer",
        "steward",
        "data_office",
        "leader",
        "admin",
    }


def test_the_commands_invite_and_issue_with_one_line_of_json(agencies_loaded):
    out = StringIO()
    call_command(
        "user", "invite", "mai", "--name", "Trần Thị Mai", "--agency", "H57.51", "--role", "admin", "--json", stdout=out
    )
    assert "/account/join/" in json.loads(out.getvalue())["link"]
    out = StringIO()
    call_command("token", "add", "SCADA", "--agency", "H57.51", "--power", "store.read", "--json", stdout=out)
    issued = json.loads(out.getvalue())
    assert issued["token"].startswith("huong_")
    out = StringIO()
    call_command("token", "list", "H57.51", "--json", stdout=out)
    assert [one["name"] for one in json.loads(out.getvalue())["tokens"]] == ["SCADA"]
    call_command("token", "revoke", str(issued["id"]), stdout=StringIO())
    for words in (
        ["user", "invite", "a b"],
        ["token", "add", "X", "--agency", "H99", "--power", "store.read"],
        ["token", "revoke", "0"],
    ):
        err = StringIO()
        with pytest.raises(HuongError) as refused:
            call_command(*words, stdout=StringIO(), stderr=err)
        assert err.getvalue().strip() == refused.value.message


@pytest.fixture
def agencies_loaded(hue) -> None:
    agencies.load(HUE)


def test_an_unknown_agency_or_user_is_said_so(db):
    with pytest.raises(NotFound):
        queries.agency("H99")
    with pytest.raises(NotFound):
        queries.user("nobody")
