"""A result is proposed beside its checklist, read, signed once, kept in the vault, checked by anybody, corrected, revoked."""

import io
import threading
from datetime import date

import pytest
from django.db import connection, connections

from huong.base import clock
from huong.base.errors import BadInput, Forbidden, HuongError, Unavailable, WrongState
from huong.base.ids import digest
from huong.files import actions as file_verbs
from huong.files import queries as files
from huong.journal.models import Entry
from huong.people import access
from huong.people import queries as people
from huong.people.actions import posts
from huong.procedures.actions import (
    correct,
    keep,
    open_result,
    propose,
    return_for_work,
    revoke,
    sign,
    sign_many,
    start,
)
from huong.procedures.actions import signing as signing_verbs
from huong.procedures.actions.proposing import owner_of
from huong.procedures.errors import Overtaken
from huong.procedures.models import Dossier, Evidence, Result
from huong.procedures.queries import results, vault
from huong.procedures.signing import authority, credentials
from huong.procedures.tests.conftest import ANSWERS, WARD, at_desk, officer_of
from huong.procedures.tests.test_signatures_hold_elsewhere import openssl_says

pytestmark = pytest.mark.django_db
YES = {"names": "yes", "parents": "yes"}


@pytest.fixture
def proposed(accepted, ward_officer):
    """Return the dossier after the officer proposed its result."""
    start(accepted.uid, by=ward_officer)
    return propose(accepted.uid, checks=YES, by=ward_officer)


def read_and_signed(dossier, leader):
    for row in dossier.results.filter(state="proposed"):
        open_result(row.verify_code, by=leader)
    return sign(dossier.uid, by=leader)


def test_a_result_is_proposed_only_with_the_whole_checklist(accepted, ward_officer):
    start(accepted.uid, by=ward_officer)
    with pytest.raises(BadInput) as refused:
        propose(accepted.uid, checks={"names": "yes"}, by=ward_officer)
    assert refused.value.details["checks"] == ["parents"]
    assert not Result.objects.exists()


def test_it_waits_for_the_leader_of_that_ward_only(proposed, ward_leader, stranger):
    assert [row.dossier.uid for row in results.to_sign(ward_leader)] == [proposed.uid]
    assert list(results.to_sign(stranger)) == []
    assert proposed.state == "signing"
    assert results.file_of(proposed.results.get()).startswith(b"%PDF")


def test_nobody_signs_what_they_have_not_opened(proposed, ward_leader):
    with pytest.raises(WrongState) as refused:
        sign(proposed.uid, by=ward_leader)
    assert refused.value.code == "not_opened"


def test_opening_is_written_down_for_the_person_it_is_about(proposed, ward_leader):
    row = proposed.results.get()
    open_result(row.verify_code, by=ward_leader)
    entry = Entry.objects.filter(name="people.accessed").latest("id")
    assert entry.subject == f"party:{row.party.public_id}"
    assert entry.data["purpose"] == f"{proposed.procedure}/{proposed.code}"


def test_an_officer_cannot_sign(proposed, ward_officer):
    with pytest.raises(Forbidden):
        open_result(proposed.results.get().verify_code, by=ward_officer)
    with pytest.raises(Forbidden):
        sign(proposed.uid, by=ward_officer)


def test_a_signed_result_verifies_with_openssl_and_carries_its_number(signed, tmp_path):
    row = signed.results.get()
    pdf = results.file_of(row)
    assert openssl_says(pdf, tmp_path, authority.authority_pem()) == ""
    assert openssl_says(pdf + b"\0", tmp_path, authority.authority_pem())
    assert (row.state, row.number, row.pdf_digest) == ("signed", "1/KS", digest(pdf))
    assert row.signer_shown == "Chủ tịch · Cán bộ chutich"
    assert signed.state == "decided"


def test_it_is_in_the_vault_at_once_and_answers_by_path(signed, mother):
    paper = vault.paper_in_force(mother, "birth_certificate")
    assert vault.said_by(paper)["child.name"] == ANSWERS["child.name"]
    assert (paper.origin, paper.issuer) == ("issued", WARD)
    assert files.blob(paper.blob).scope == f"vault:{mother.public_id}"


def test_its_credential_discloses_field_by_field(signed):
    row = signed.results.get()
    text = str(results.opened(results.scope_of(signed), row.sealed_credential, "credential"))
    shown = credentials.verified(text, required=["child.name"])
    assert shown.disclosed["child.name"] == ANSWERS["child.name"]
    assert ANSWERS["child.name"] not in str(shown.claims)
    assert shown.claims["status"]["status_list"]["idx"] == row.pk


def test_returned_for_work_it_is_proposed_again_and_must_be_read_again(proposed, ward_officer, ward_leader):
    open_result(proposed.results.get().verify_code, by=ward_leader)
    returned = return_for_work(proposed.uid, words="Xem lại quê quán.", by=ward_leader)
    assert returned.state == "in_progress"
    again = propose(proposed.uid, checks=YES, by=ward_officer)
    assert again.results.count() == 1
    with pytest.raises(WrongState):
        sign(again.uid, by=ward_leader)
    assert read_and_signed(again, ward_leader).state == "decided"


def test_a_deputy_signs_in_the_leaders_absence_and_the_paper_says_so(proposed, ward_leader):
    deputy = officer_of(WARD, "phochutich")
    post = people.posts_of(ward_leader)[0]
    posts.deputise(post, deputy, since=clock.today(), until=date(2026, 12, 31), by=ward_leader)
    access.forget_holdings()
    decided = read_and_signed(proposed, people.user("phochutich"))
    row = decided.results.get()
    assert row.signer_shown == "KT. Chủ tịch · Cán bộ phochutich (ký thay Cán bộ chutich)"
    assert decided.actions.get(verb="decide").deputy_for == "Cán bộ chutich"


def test_a_service_that_breaks_leaves_nothing_half_and_the_number_is_used_again(proposed, ward_leader, settings):
    open_result(proposed.results.get().verify_code, by=ward_leader)
    working = settings.HUONG
    settings.HUONG = working.model_copy(update={"signing": "token", "signing_module": "/nowhere.so"})
    with pytest.raises(Unavailable):
        sign(proposed.uid, by=ward_leader)
    row = proposed.results.get()
    assert (row.state, row.pdf, Evidence.objects.count()) == ("proposed", None, 0)
    settings.HUONG = working
    sign(proposed.uid, by=ward_leader)
    assert proposed.results.get().number == row.number == "1/KS"


class Killed(BaseException):
    """Stands for the end of the process between signing and saving."""


def test_killed_between_signing_and_saving_it_is_signed_again_and_no_file_is_left(proposed, ward_leader, monkeypatch):
    row = proposed.results.get()
    open_result(row.verify_code, by=ward_leader)
    with monkeypatch.context() as broken:
        broken.setattr(signing_verbs, "_in_force", _killed)
        broken.setattr(signing_verbs, "_let_go", lambda *_args: None)
        with pytest.raises(Killed):
            sign(proposed.uid, by=ward_leader)
    assert len(kept(row)) == 3
    sign(proposed.uid, by=ward_leader)
    row.refresh_from_db()
    assert kept(row) == {row.pdf, row.evidence.blob}
    assert Evidence.objects.count() == 1


def kept(row):
    return {each.blob_id for each in files.kept_by(signing_verbs.owner_of(row.verify_code))}


def _killed(*_args):
    raise Killed


def test_signed_by_another_meanwhile_the_second_keeps_nothing(proposed, ward_leader, monkeypatch):
    open_result(proposed.results.get().verify_code, by=ward_leader)
    first = []
    real = signing_verbs._in_force

    def overtaken(*args):
        if not first:
            first.append(1)
            open_result(proposed.results.get().verify_code, by=ward_leader)
            sign(proposed.uid, by=ward_leader)
        return real(*args)

    monkeypatch.setattr(signing_verbs, "_in_force", overtaken)
    with pytest.raises((Overtaken, WrongState)):
        sign(proposed.uid, by=ward_leader)
    row = proposed.results.get()
    assert Evidence.objects.count() == 1
    assert kept(row) == {row.pdf, row.evidence.blob}


@pytest.mark.django_db(transaction=True)
def test_two_leaders_sign_at_once_and_one_wins(proposed, ward_leader):
    open_result(proposed.results.get().verify_code, by=ward_leader)
    told, barrier = [], threading.Barrier(2)

    def go():
        try:
            barrier.wait(60)
            sign(proposed.uid, by=people.user("chutich"))
            told.append("signed")
        except HuongError as error:
            told.append(error.code)
        finally:
            connections.close_all()

    hands = [threading.Thread(target=go) for _hand in range(2)]
    [hand.start() for hand in hands]
    [hand.join(60) for hand in hands]
    assert told.count("signed") == 1
    assert (Evidence.objects.count(), Result.objects.filter(state="signed").count()) == (1, 1)
    assert connection.vendor in {"sqlite", "postgresql"}


def test_files_that_another_signature_let_go_at_the_same_moment_spoil_no_signature(proposed, ward_leader, monkeypatch):
    code = proposed.results.get().verify_code
    broken = file_verbs.keep(io.BytesIO(b"of a signature that broke off"), name="x.pdf", owner=owner_of(code))
    listed = files.kept_by

    def and_then_gone(owner):
        found = listed(owner)
        if broken.pk in {each.blob_id for each in found}:
            file_verbs.release(broken.pk, owner=owner)
        return found

    monkeypatch.setattr(files, "kept_by", and_then_gone)
    decided = read_and_signed(proposed, ward_leader)
    assert decided.state == "decided"
    row = proposed.results.get()
    assert {each.blob_id for each in listed(owner_of(code))} == {row.pdf, row.evidence.blob}


def test_many_alike_are_signed_together_and_what_was_not_opened_is_told(proposed, ward_leader):
    (outcome,) = sign_many([proposed.uid], by=ward_leader)
    assert outcome.refusal
    open_result(proposed.results.get().verify_code, by=ward_leader)
    (outcome,) = sign_many([proposed.uid], by=ward_leader)
    assert outcome.refusal == ""
    assert Dossier.objects.get(pk=proposed.pk).state == "decided"


def test_more_than_twenty_are_not_signed_together(proposed, ward_leader):
    with pytest.raises(BadInput):
        sign_many([f"x{number}" for number in range(21)], by=ward_leader)


def test_a_revoked_result_says_so(signed, ward_leader, mother):
    row = signed.results.get()
    assert results.standing(row.verify_code).state == "genuine"
    revoke(row.verify_code, why="wrong_facts", by=ward_leader)
    assert results.standing(row.verify_code).state == "revoked"
    assert vault.paper_in_force(mother, "birth_certificate") is None
    assert list(results.no_longer_holding(1, row.pk + 5)) == [row.pk]
    with pytest.raises(WrongState):
        revoke(row.verify_code, why="wrong_facts", by=ward_leader)


def test_only_whoever_signs_revokes_and_with_a_reason(signed, ward_officer, ward_leader):
    code = signed.results.get().verify_code
    with pytest.raises(Forbidden):
        revoke(code, why="wrong_facts", by=ward_officer)
    with pytest.raises(BadInput):
        revoke(code, why="because", by=ward_leader)


def test_a_corrected_result_replaces_the_old_one(signed, ward_officer, ward_leader, mother):
    old = signed.results.get()
    correct(signed.uid, words="Sai chữ trong tên.", by=ward_officer)
    propose(signed.uid, checks=YES, corrected={"child.name": "Trần Nguyễn An Nhiên B"}, by=ward_officer)
    decided = read_and_signed(Dossier.objects.get(pk=signed.pk), ward_leader)
    new = decided.results.get(replaces=old)
    assert results.standing(old.verify_code).state == "superseded"
    assert results.standing(old.verify_code).newer == new.verify_code
    assert vault.said_by(vault.paper_in_force(mother, "birth_certificate"))["child.name"].endswith("B")
    assert Evidence.objects.get(pk=old.evidence_id).superseded_by_id == new.evidence_id


def test_a_correction_that_the_leader_gives_back_goes_on_from_what_was_proposed(
    signed, client, ward_officer, ward_leader
):
    old = signed.results.get()
    correct(signed.uid, words="Sai chữ trong tên.", by=ward_officer)
    propose(signed.uid, checks=YES, corrected={"child.name": "Trần Nguyễn An Nhiên B"}, by=ward_officer)
    return_for_work(signed.uid, words="Xem lại tên.", by=ward_leader)
    at_desk(client, ward_officer)
    page = client.get(f"/desk/dossiers/{signed.uid}/result").content.decode()
    assert 'value="Trần Nguyễn An Nhiên B"' in page
    typed = {"check": list(YES), "field-child.name": "Trần Nguyễn An Nhiên C"}
    client.post(f"/desk/dossiers/{signed.uid}/result/propose", typed)
    decided = read_and_signed(Dossier.objects.get(pk=signed.pk), ward_leader)
    assert results.values_of(decided.results.get(replaces=old))["child.name"] == "Trần Nguyễn An Nhiên C"


def test_a_correction_given_back_and_proposed_as_it_was_says_what_was_proposed(signed, ward_officer, ward_leader):
    old = signed.results.get()
    correct(signed.uid, words="Sai chữ trong tên.", by=ward_officer)
    propose(signed.uid, checks=YES, corrected={"child.name": "Trần Nguyễn An Nhiên B"}, by=ward_officer)
    return_for_work(signed.uid, words="Xem lại.", by=ward_leader)
    propose(signed.uid, checks=YES, by=ward_officer)
    decided = read_and_signed(Dossier.objects.get(pk=signed.pk), ward_leader)
    assert results.values_of(decided.results.get(replaces=old))["child.name"].endswith("B")


def test_a_correction_that_changes_nothing_is_not_proposed(signed, ward_officer):
    said = results.values_of(signed.results.get())
    correct(signed.uid, words="Sai chữ trong tên.", by=ward_officer)
    for nothing in ({}, {"child.name": said["child.name"]}):
        with pytest.raises(BadInput) as told:
            propose(signed.uid, checks=YES, corrected=nothing, by=ward_officer)
        assert told.value.code == "nothing_corrected"


def test_a_refused_proposal_comes_back_with_what_was_typed(signed, client, ward_officer):
    correct(signed.uid, words="Sai chữ trong tên.", by=ward_officer)
    at_desk(client, ward_officer)
    typed = {"check": ["names"], "field-child.name": "Trần Nguyễn An Nhiên B"}
    answer = client.post(f"/desk/dossiers/{signed.uid}/result/propose", typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="Trần Nguyễn An Nhiên B"' in page
    assert 'value="names" required checked' in page
    assert 'value="parents" required>' in page


def test_the_leader_reads_what_a_correction_changes(signed, client, ward_officer, ward_leader):
    correct(signed.uid, words="Sai chữ trong tên.", by=ward_officer)
    propose(signed.uid, checks=YES, corrected={"child.name": "Trần Nguyễn An Nhiên B"}, by=ward_officer)
    at_desk(client, ward_leader)
    page = client.get(f"/desk/dossiers/signing/{signed.results.get(state='proposed').verify_code}").content.decode()
    changed = page.partition('id="changes"')[2].partition("</dl>")[0]
    assert changed.count("<dt>") == 1
    assert "Trần Nguyễn An Nhiên</del>" in changed
    assert "Trần Nguyễn An Nhiên B</ins>" in changed


def test_a_result_that_was_right_after_all_stays_as_it_is(signed, ward_officer, ward_leader):
    with pytest.raises(WrongState):
        keep(signed.uid, words="Tên đúng.", by=ward_officer)
    correct(signed.uid, words="Sai chữ trong tên.", by=ward_officer)
    propose(signed.uid, checks=YES, corrected={"child.name": "Trần Nguyễn An Nhiên B"}, by=ward_officer)
    draft = owner_of(signed.results.get(state="proposed").verify_code)
    return_for_work(signed.uid, words="Tên đúng rồi.", by=ward_leader)
    kept = keep(signed.uid, words="Tên đúng.", by=ward_officer)
    assert kept.state == "decided"
    assert [row.state for row in kept.results.all()] == ["signed"]
    assert kept.closed_at is None
    assert not files.kept_by(draft)
