"""Versions never change; a change needs a version that is high enough."""

import pytest

from huong.base.errors import Forbidden, NotFound, WrongState
from huong.catalogue import actions, queries
from huong.catalogue.errors import ContractRefused, VersionStands, VersionTooSmall
from huong.catalogue.models import Contract, Dataset
from huong.journal.models import Entry

pytestmark = pytest.mark.django_db

NEW_FIELD = ("      - name: built_on", "      - name: note\n        logicalType: string\n      - name: built_on")
GONE_FIELD = ("      - name: cleaned_on\n        businessName: Ngày nạo vét\n        logicalType: date\n", "")
RULE = ("cleaned_on >= built_on", "built_on IS NOT NULL OR depth_m > 0")


@pytest.fixture
def first(agencies, good):
    return actions.add(good, by=None)


def version(text, number):
    return text.replace("version: 1.0.0", f"version: {number}")


def test_the_first_contract_registers_the_dataset_and_is_in_force(first):
    dataset = queries.dataset("drains")
    assert (dataset.owner.code, dataset.domain, dataset.classification) == ("H57.8", "environment", "open")
    assert queries.contract_of("drains").version == "1.0.0"
    names = list(Entry.objects.order_by("id").values_list("name", flat=True))
    assert names[-3:] == ["catalogue.registered", "catalogue.contract_added", "catalogue.contract_activated"]


def test_the_same_text_again_changes_nothing(first, good):
    before = Entry.objects.count()
    assert actions.add(good, by=None).id == first.id
    assert Entry.objects.count() == before


def test_a_version_that_stands_never_changes(first, changed):
    with pytest.raises(VersionStands):
        actions.add(changed(("name: Cống thoát nước", "name: Cống")), by=None)


@pytest.mark.parametrize(
    ("change", "enough", "too_small"),
    [
        (("name: Cống thoát nước", "name: Cống"), "1.0.1", None),
        (NEW_FIELD, "1.1.0", "1.0.1"),
        (RULE, "1.1.0", "1.0.1"),
        (("          - value: pipe\n", "          - value: pipe\n          - value: open\n"), "1.1.0", "1.0.1"),
        (("          - value: pipe\n", ""), "2.0.0", "1.1.0"),
        (("logicalType: number", "logicalType: integer"), "2.0.0", "1.9.9"),
        (("value: upsert", "value: replace"), "2.0.0", "1.1.0"),
        (("name: depth_m", "name: depth_cm"), "2.0.0", "1.1.0"),
    ],
    ids=["words", "field", "rule", "wider enum", "narrower enum", "type", "mode", "renamed"],
)
def test_each_change_needs_its_version(first, changed, change, enough, too_small):
    text = changed(change)
    if too_small:
        with pytest.raises(VersionTooSmall) as refused:
            actions.add(version(text, too_small), by=None)
        assert refused.value.details["needed"] == enough
    assert actions.add(version(text, enough), by=None).state == "active"
    assert queries.contract_of("drains").version == enough
    assert Contract.objects.get(version="1.0.0").state == "superseded"


def test_a_breaking_change_names_whom_it_concerns(first, changed):
    text = version(changed(GONE_FIELD, RULE), "1.1.0")
    with pytest.raises(VersionTooSmall) as refused:
        actions.add(text, by=None)
    assert refused.value.details["consumers"] == ["H57.9"]
    assert "H57.9" in refused.value.message
    assert "2.0.0" in refused.value.message


def test_the_partition_never_changes(first, changed):
    text = version(
        changed(("        businessName: Loại\n", "        businessName: Loại\n        partitioned: true\n")), "2.0.0"
    )
    checked = actions.check(text)
    assert checked.needed == "-"
    assert not checked.is_good
    with pytest.raises(VersionTooSmall):
        actions.add(text, by=None)


def test_a_version_lower_than_the_last_is_refused(first, changed):
    with pytest.raises(VersionTooSmall):
        actions.add(version(changed(("name: Cống thoát nước", "name: Cống")), "0.9.0"), by=None)


def test_versions_are_listed_with_what_each_changed(first, changed):
    actions.add(version(changed(NEW_FIELD), "1.1.0"), by=None)
    newest, oldest = queries.versions_of("drains")
    assert (newest.version, newest.state, newest.changes[0][0]) == ("1.1.0", "active", "minor")
    assert "note" in newest.changes[0][1]
    assert (oldest.state, oldest.changes) == ("superseded", ())
    assert queries.differences("drains", "1.0.0", "1.1.0") == list(newest.changes)


def test_a_steward_adds_a_draft_and_the_data_office_puts_it_into_force(agencies, good, steward, data_officer):
    kept = actions.add(good, by=steward)
    assert kept.state == "draft"
    with pytest.raises(NotFound):
        queries.contract_of("drains")
    with pytest.raises(Forbidden):
        actions.activate("drains", "1.0.0", by=steward)
    assert actions.activate("drains", "1.0.0", by=data_officer).state == "active"
    assert Entry.objects.filter(name="catalogue.contract_activated", by=data_officer.id).count() == 1


def test_a_stranger_to_the_agency_may_not_write_its_contract(agencies, good, stranger):
    before = Entry.objects.count()
    with pytest.raises(Forbidden):
        actions.add(good, by=stranger)
    assert not Dataset.objects.exists()
    assert Entry.objects.count() == before


def test_a_superseded_version_does_not_come_back(first, changed):
    actions.add(version(changed(NEW_FIELD), "1.1.0"), by=None)
    with pytest.raises(WrongState):
        actions.activate("drains", "1.0.0", by=None)


def test_a_refusal_lists_every_problem_with_its_line(agencies, changed):
    with pytest.raises(ContractRefused) as refused:
        actions.add(changed(("domain: environment", "domain: x"), ("unit: d", "unit: moons")), by=None)
    assert len(refused.value.details["problems"]) == 2
    assert "7" in refused.value.message


def test_an_agency_that_does_not_exist_cannot_own_data(agencies, changed):
    assert "H57.999" in actions.check(changed(("value: H57.8", "value: H57.999"))).problems[0].message


def test_problems_are_told_in_vietnamese(agencies, changed):
    from django.utils import translation

    with translation.override("vi"):
        message = actions.check(changed(("domain: environment", "domain: x"))).problems[0].message
    assert "lĩnh vực" in message
