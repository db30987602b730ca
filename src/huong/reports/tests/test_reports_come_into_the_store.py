"""Reports are data of the city like any other: loaded under contracts, scored, exactly once, and nobody stands in them."""

from datetime import date, timedelta

import pytest

from huong.base import clock
from huong.base.errors import BadInput, Forbidden
from huong.base.testing import cast
from huong.catalogue import actions as catalogue
from huong.catalogue import queries as datasets
from huong.intake import actions as intake
from huong.intake import queries as loads
from huong.intake.models import Load, Source
from huong.journal.models import Entry
from huong.quality import queries as quality
from huong.reports.actions import (
    Draft,
    accept,
    answer,
    change_rule,
    contact,
    erase_reporter,
    feeding,
    hide,
    past,
    rate,
    recategorise,
    reopen,
    rescue,
    send,
    take,
)
from huong.reports.models import CityRule, Report
from huong.reports.queries import feed as rows
from huong.reports.rules import feed
from huong.reports.rules.past import Past, Step
from huong.reports.tests.conftest import AN_CUU, IOC, MORNING, officer_of
from huong.reports.tests.test_officers_work_at_their_desk import signed_in
from huong.store import queries as store

NAMES = ("field_reports", "field_report_events", "field_reports_open")
DAY = timedelta(days=1)


@pytest.fixture
def feeds(rules, monkeypatch):
    """Set the city's contracts for reports and their sources up."""
    feeding.publish_codes(cast.HUE)
    for name in NAMES:
        catalogue.add((cast.HUE / "contracts" / f"{name}.yaml").read_text(encoding="utf-8"), by=None)
    feeding.set_up(cast.HUE)
    return {source.dataset: source.pk for source in Source.objects.all()}


@pytest.fixture
def data_officer(rules):
    """Return somebody of the city data office, who sees everything and changes rules."""
    return officer_of("H57.51", "vanphong", "data_office")


def held(dataset):
    """Return the rows of a dataset's present commit, by number."""
    return sorted(store.run(store.table(dataset)).to_pylist(), key=lambda row: (row["number"], str(row.get("id", ""))))


def one(dataset, number):
    """Return the only row of a report."""
    (found,) = [row for row in held(dataset) if row["number"] == number]
    return found


def test_a_report_is_one_row_that_follows_what_happens_to_it(morning, feeds, received, dispatcher):
    first = intake.pull(feeds["field_reports"])
    assert (first.accepted, first.refused) == (1, 0)
    row = one("field_reports", received.number)
    assert (row["state"], row["is_open"], row["agency"]) == ("received", True, IOC)
    accept(received.number, by=dispatcher)
    intake.pull(feeds["field_reports"])
    row = one("field_reports", received.number)
    assert (row["state"], row["agency"], row["unit"]) == ("dispatched", "H57.21", received.unit)
    assert row["due_at"] == Report.objects.get(pk=received.pk).due_at
    assert intake.pull(feeds["field_reports"]) is None


def test_each_event_is_one_row_however_often_the_journal_is_read(morning, feeds, dispatched, ward_officer):
    assert intake.pull(feeds["field_report_events"]).accepted == 2
    take(dispatched.number, by=ward_officer)
    assert intake.pull(feeds["field_report_events"]).accepted == 1
    assert intake.pull(feeds["field_report_events"]) is None
    found = held("field_report_events")
    assert [row["event"] for row in found] == ["received", "accepted", "taken"]
    assert [row["was_state"] for row in found] == [None, "received", "dispatched"]
    assert {row["id"] for row in found} == set(
        Entry.objects.filter(subject=dispatched.number).values_list("id", flat=True)
    )


def test_no_word_no_person_no_point_gets_into_the_store(morning, feeds, dispatcher):
    secret = Draft(
        text="Nhà tôi ở kiệt 12, gọi 0905123456", category="duong-pho.o-ga", point=(107.6045, 16.4520),
        place="12 kiệt 3 Hùng Vương", name="Nguyễn Thị Bí Mật", phone="0905123456", mail="bimat@example.vn",
    )  # fmt: skip
    number = send(secret).report.number
    accept(number, by=dispatcher)
    contact(number, by=dispatcher, purpose="gọi lại")
    for dataset in NAMES:
        with clock.freeze(MORNING + DAY):
            intake.pull(feeds[dataset])
    said = str([held(name) for name in NAMES])
    for word in ("kiệt", "0905", "Bí Mật", "bimat", "107.6", "16.45", "dieuphoi"):
        assert word not in said
    for dataset in NAMES:
        spec = datasets.contract_of(dataset)
        assert not spec.identifying
        assert not {found.semantic for found in spec.fields} & {"text.free", "text.name", "geo.point", "vn.phone"}


def test_the_contracts_hold_what_the_feed_gives_and_no_more(feeds):
    for dataset, what in zip(NAMES, (feed.CURRENT, feed.EVENTS, feed.DAILY), strict=True):
        assert [found.name for found in datasets.contract_of(dataset).fields] == list(feed.COLUMNS[what])


def test_the_cell_is_told_only_of_what_everybody_may_see(morning, feeds, dispatcher):
    point = (107.6045, 16.4520)
    shown = send(Draft(text="Ổ gà lớn", category="duong-pho.o-ga", point=point)).report.number
    secret = next(
        rule.key for rule in CityRule.objects.filter(kind="category")
        if rule.body.get("parent") and rule.body.get("public") is False and not rule.body.get("danger")
    )  # fmt: skip
    kept = send(Draft(text="Việc riêng của tôi", category=secret, point=point)).report.number
    waiting = send(Draft(text="Ổ gà chưa ai xem", category="duong-pho.o-ga", point=point)).report.number
    for number in (shown, kept):
        accept(number, by=dispatcher)
    intake.pull(feeds["field_reports"])
    assert one("field_reports", shown)["cell"] == Report.objects.get(pk=int(shown[3:])).cell
    assert one("field_reports", kept)["cell"] is None
    assert one("field_reports", waiting)["cell"] is None
    hide(shown, by=officer_of(IOC, "kiemduyet", "steward"))
    intake.pull(feeds["field_reports"])
    assert one("field_reports", shown)["cell"] is None


def test_what_concerns_the_person_who_sent_is_no_event(feeds):
    told = {feed.short(name) for name in feeding._told()}
    assert told >= feed.SILENT | {"received", "accepted", "answered", "merged", "rated"}
    assert "rule_changed" not in told
    assert {name for name, _vi, _en in datasets.codes("report_event")} == told - feed.SILENT


def test_an_entry_that_tells_no_state_is_no_event(feeds, dispatched):
    from huong.journal import actions as journal

    journal.record("reports.looked_at", dispatched.number)
    load = intake.pull(feeds["field_report_events"])
    assert (load.accepted, load.refused) == (2, 0)
    assert intake.pull(feeds["field_reports"]).refused == 0


def test_who_is_erased_is_no_event_but_the_place_leaves_the_row(feeds, dispatcher):
    sent = send(Draft(text="Ổ gà lớn", category="duong-pho.o-ga", point=AN_CUU, mail="an@example.vn"))
    number = accept(sent.report.number, by=dispatcher).number
    for dataset in NAMES[:2]:
        intake.pull(feeds[dataset])
    assert one("field_reports", number)["cell"]
    erase_reporter(number, link=sent.link)
    for dataset in NAMES[:2]:
        intake.pull(feeds[dataset])
    assert one("field_reports", number)["cell"] is None
    assert "reporter_erased" not in {row["event"] for row in held("field_report_events")}


def test_a_snapshot_tells_what_was_open_when_the_day_began(feeds, blocked, dispatcher, ward_officer):
    with clock.freeze(MORNING):
        early = send(blocked).report.number
        accept(early, by=dispatcher)
    with clock.freeze(MORNING + DAY):
        late = send(blocked).report.number
        take(early, by=ward_officer)
        answer(early, text="Đã khơi thông cống, nước thoát.", by=ward_officer)
    with clock.freeze(MORNING + 3 * DAY):
        load = intake.pull(feeds["field_reports_open"])
        assert intake.pull(feeds["field_reports_open"]) is None
    assert load.refused == 0
    told = {(row["day"].isoformat(), row["number"]): row for row in held("field_reports_open")}
    assert set(told) == {("2026-11-26", early), ("2026-11-27", late), ("2026-11-28", late)}
    assert told["2026-11-26", early]["state"] == "dispatched"
    assert told["2026-11-26", early]["is_late"] is False
    assert told["2026-11-28", late]["age_days"] == 1


def test_a_snapshot_knows_what_was_reopened_since(feeds, blocked, dispatcher, ward_officer):
    with clock.freeze(MORNING):
        dispatched = accept(send(blocked).report.number, by=dispatcher)
        take(dispatched.number, by=ward_officer)
        answer(dispatched.number, text="Đã khơi thông cống, nước thoát.", by=ward_officer)
    with clock.freeze(MORNING + 2 * DAY):
        reopen(dispatched.number, text="Nước lại tràn ra đường.", by=ward_officer)
    assert [row for batch in rows.open_rows(date(2026, 11, 26)) for row in batch] == []
    (row,) = [row for batch in rows.open_rows(date(2026, 11, 28)) for row in batch]
    assert row["state"] == "reopened"


def test_a_snapshot_waits_until_the_night_is_settled_and_comes_once(feeds, received):
    midnight = rows.midnight_of(clock.today() + DAY)
    with clock.freeze(midnight + timedelta(minutes=2)):
        intake.pull(feeds["field_reports_open"])
    before = {row["day"] for row in held("field_reports_open")} if store.current("field_reports_open") else set()
    with clock.freeze(midnight + timedelta(minutes=6)):
        intake.pull(feeds["field_reports_open"])
        intake.pull(feeds["field_reports_open"])
    after = [row["day"] for row in held("field_reports_open") if row["number"] == received.number]
    assert clock.local(midnight).date() in set(after) - before
    assert len(after) == len(set(after))


def test_a_load_that_was_broken_off_is_finished_before_the_next_begins(feeds, dispatched, monkeypatch):
    from huong.intake.actions import running

    source = feeds["field_report_events"]
    with monkeypatch.context() as patch:
        patch.setattr(running, "run", _killed)
        with pytest.raises(KeyboardInterrupt):
            intake.pull(source)
    send(Draft(text="Đèn đường không sáng", category="chieu-sang.den-hong", unit="An Cựu"))
    intake.pull(source)
    assert Load.objects.filter(state="done").count() == 2
    found = held("field_report_events")
    assert len({row["id"] for row in found}) == len(found) == 3
    assert loads.waiting_of(["field_report_events"]) == {}


def _killed(*_args, **_facts):
    raise KeyboardInterrupt


def test_a_load_that_was_overtaken_is_not_run_any_more(feeds, dispatched, monkeypatch):
    from huong.intake.actions import running
    from huong.intake.errors import Overtaken

    source = feeds["field_reports"]
    with monkeypatch.context() as patch:
        patch.setattr(running, "run", _killed)
        with pytest.raises(KeyboardInterrupt):
            intake.pull(source)
    stopped = Load.objects.get()
    Load.objects.filter(pk=stopped.pk).update(state="stopped", detail={**stopped.detail, "since": {}})
    intake.pull(source)
    Load.objects.filter(pk=stopped.pk).update(state="queued")
    with pytest.raises(Overtaken):
        intake.run(stopped.pk)
    assert one("field_reports", dispatched.number)["state"] == "dispatched"


def test_of_two_machines_that_fetch_the_same_one_commits(feeds, dispatched, monkeypatch):
    from huong.intake import ports
    from huong.intake.errors import Overtaken

    source = feeds["field_report_events"]

    def other_machine(step, _load):
        if step == "committing":
            Source.objects.filter(pk=source).update(cursor={"xid": 0, "id": 10**9})

    monkeypatch.setitem(ports.steps._held, "other machine", other_machine)
    with pytest.raises(Overtaken):
        intake.pull(source)
    assert store.current("field_report_events") is None
    assert Load.objects.get().state == "failed"


def test_what_was_there_before_comes_in_batches(feeds, monkeypatch):
    from huong.intake.kinds import stories as source

    monkeypatch.setattr(source, "BATCH", 40)
    monkeypatch.setattr(source, "MOST_ENTRIES", 80)
    at = MORNING - 400 * DAY
    past.take_over([_old(at + number * DAY, number) for number in range(100)], source="khohoso")
    counts = []
    for dataset in NAMES[:2]:
        while load := intake.pull(feeds[dataset]):
            assert load.refused == 0
            counts.append(load.accepted)
    assert len(counts) > 4
    assert len(held("field_reports")) == 100
    assert len(held("field_report_events")) == 200
    assert {row["source"] for row in held("field_reports")} == {"khohoso"}


def _old(at, number):
    steps = (Step("imported", at, "accepted", IOC), Step("answered", at + DAY, "answered", IOC, "answer", "Xong."))
    return Past(
        received_at=at, state="answered", category="ve-sinh.chua-thu-gom", steps=steps, is_open=False, text="Rác",
        agency=IOC, accepted_at=at, closed_at=at + DAY, due_at=at + 2 * DAY, external_id=f"X{number}",
    )  # fmt: skip


def test_danger_and_rating_come_too(morning, feeds, dispatched, ward_officer):
    take(dispatched.number, by=ward_officer)
    answer(dispatched.number, text="Đã khơi thông cống, nước thoát.", by=ward_officer)
    rate(dispatched.number, level="satisfied")
    asked = rescue(Draft(unit="An Cựu", phone="0905123456"), facts={"people": 4}).report.number
    for dataset in NAMES[:2]:
        assert intake.pull(feeds[dataset]).refused == 0
    assert one("field_reports", dispatched.number)["rating"] == "satisfied"
    assert one("field_reports", asked)["priority"] == "danger"
    assert [row["rating"] for row in held("field_report_events") if row["event"] == "rated"] == ["satisfied"]


def test_a_new_category_is_known_before_its_first_report_comes(feeds, data_officer, dispatched, dispatcher):
    body = {**CityRule.objects.get(kind="category", key="duong-pho.o-ga").body, "name": "Hố sụt", "name_en": "Sinkhole"}
    change_rule("category", "duong-pho.ho-sut", body, by=data_officer)
    recategorise(dispatched.number, category="duong-pho.ho-sut", by=officer_of("H57.21", "ancuu2"))
    load = intake.pull(feeds["field_reports"])
    assert (load.accepted, load.refused) == (1, 0)
    assert ("duong-pho.ho-sut", "Hố sụt", "Sinkhole") in datasets.codes("report_category")


def test_the_datasets_are_scored_like_any_other(feeds, dispatched):
    for dataset in NAMES[:2]:
        intake.pull(feeds[dataset])
        known = {name for name, share in quality.latest(dataset).values.items() if share is not None}
        assert known >= {"correct", "complete", "clean", "live", "unified"}


def test_sources_are_set_up_once_and_stay_as_somebody_changed_them(feeds, data_officer):
    source = Source.objects.get(dataset="field_reports")
    intake.save_source(
        "field_reports", source.name, kind="reports", settings={"what": "current"}, every_minutes=60, by=data_officer
    )
    feeding.set_up(cast.HUE)
    assert Source.objects.count() == 3
    assert Source.objects.get(pk=source.pk).every_minutes == 60


def test_only_those_who_may_read_the_journal_bring_reports_of_all_agencies(feeds, data_officer):
    steward = officer_of(IOC, "chuquan", "steward")
    with pytest.raises(Forbidden):
        intake.save_source("field_reports", "khác", kind="reports", settings={"what": "current"}, by=steward)
    for settings in ({}, {"what": "words"}, {"what": "daily", "days_back": -1}, {"what": "current", "colour": 1}):
        with pytest.raises(BadInput):
            intake.save_source("field_reports", "khác", kind="reports", settings=settings, by=data_officer)


def test_a_look_at_the_source_shows_a_few_rows(feeds, dispatched, data_officer):
    for dataset in NAMES[:2]:
        assert intake.try_source(
            dataset, kind="reports", settings=Source.objects.get(dataset=dataset).settings, by=data_officer
        ).columns


def test_its_source_stands_on_a_page_with_its_runs_and_schedule(feeds, dispatched, data_officer, client):
    intake.pull(feeds["field_reports"])
    signed_in(client, data_officer)
    said = client.get(f"/desk/datasets/field_reports/sources/{feeds['field_reports']}").content.decode()
    assert "hiện trạng từng phản ánh" in said
    assert client.get("/desk/datasets/field_reports/sources/").status_code == 200
    changed = {"what": "current", "every": "60", "name": "x"}
    assert client.post(f"/desk/datasets/field_reports/sources/{feeds['field_reports']}", changed).status_code == 302
    source = Source.objects.get(pk=feeds["field_reports"])
    assert (source.every_minutes, bool(source.cursor)) == (60, True)
