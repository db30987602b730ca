"""Anybody checks a paper; its holder shows it for an hour; a dossier is found again by code and phone or birth date."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from joserfc import jws
from joserfc.jwk import ECKey

from huong.base import clock
from huong.base.errors import NotFound
from huong.journal.models import Entry
from huong.procedures.actions import end_share, keep_contact, open_share, revoke, share
from huong.procedures.models import Dossier, Evidence
from huong.procedures.queries import results
from huong.procedures.queries.values import opened, scope_of
from huong.procedures.tests.conftest import ANSWERS, as_citizen, at_desk

pytestmark = pytest.mark.django_db
CHILD = ANSWERS["child.name"]


@pytest.fixture
def row(signed):
    return signed.results.get()


def test_a_genuine_paper_says_what_it_is_and_nothing_about_the_person(client, row, mother):
    page = client.get(f"/verify/{row.verify_code}").content.decode()
    assert "1/KS" in page
    assert row.signer_shown in page
    assert CHILD not in page
    assert mother.name not in page


def test_a_code_is_read_however_it_is_typed(client, row):
    assert client.get(f"/verify/{row.verify_code.lower().replace('-', '')}").status_code == 200


def test_an_unknown_code_a_proposed_result_and_nonsense_are_unknown(client, row):
    from huong.procedures.models import Result

    for code in ("ABCD-EFGH-JKMN", "x", "'; drop table"):
        assert client.get(f"/verify/{code}").status_code == 404
    Result.objects.filter(pk=row.pk).update(state="proposed", signed_at=None)
    assert client.get(f"/verify/{row.verify_code}").status_code == 404


def test_the_qr_of_a_revoked_result_says_so(client, row, ward_leader):
    revoke(row.verify_code, why="wrong_facts", by=ward_leader)
    page = client.get(f"/verify/{row.verify_code}", headers={"accept-language": "en"}).content.decode()
    assert "verdict-bad" in page


def test_the_file_is_compared_byte_by_byte(client, row):
    pdf = results.file_of(row)
    for content, status in ((pdf, 200), (pdf + b"\0", 422)):
        answer = client.post("/verify/", {"file": SimpleUploadedFile("a.pdf", content)})
        assert answer.status_code == status


def test_a_credential_is_checked_and_shows_what_its_holder_disclosed(client, row):
    text = str(opened(scope_of(row.dossier), row.sealed_credential, "credential"))
    token, *disclosures = text.split("~")
    page = client.post("/verify/", {"credential": text}).content.decode()
    assert CHILD in page
    fewer = client.post("/verify/", {"credential": f"{token}~"}).content.decode()
    assert CHILD not in fewer
    assert (
        client.post("/verify/", {"credential": text.replace(disclosures[0], disclosures[0][:-2] + "AA")}).status_code
        == 422
    )


def test_the_status_list_turns_the_bit_of_a_revoked_result(client, row, ward_leader):
    import base64
    import zlib

    keys = client.get("/.well-known/jwt-vc-issuer").json()["jwks"]["keys"]

    def bit():
        token = client.get("/verify/status/0").content.decode()
        found = jws.deserialize_compact(token, ECKey.import_key(keys[0]), algorithms=["ES256"])
        import json

        text = json.loads(found.payload)["status_list"]["lst"]
        raw = zlib.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return raw[row.pk // 8] >> (row.pk % 8) & 1

    assert bit() == 0
    revoke(row.verify_code, why="asked", by=ward_leader)
    assert bit() == 1


def test_whoever_tries_codes_is_slowed_down(client, row):
    answers = [client.get("/verify/ABCD-EFGH-JKMN").status_code for _try in range(45)]
    assert answers[-1] == 429


def test_she_finds_her_dossier_by_code_and_phone_or_birth_date(client, accepted, mother):
    keep_contact(accepted.uid, phone="+84 905 123 456")
    for known in ("0905.123.456", "02/03/1995", "2/3/1995", "1995-03-02"):
        page = client.post("/procedures/lookup", {"code": accepted.code.lower(), "known": known})
        assert page.status_code == 200
        assert accepted.code in page.content.decode()
    assert mother.name not in page.content.decode()


def test_a_wrong_code_and_a_wrong_phone_answer_the_same(client, accepted):
    keep_contact(accepted.uid, phone="0905123456")
    pages = [
        client.post("/procedures/lookup", {"code": code, "known": known})
        for code, known in ((accepted.code, "0905999999"), ("H57.21-261125-0999", "0905123456"))
    ]
    tokens = re.compile(
        r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|' + accepted.code + "|H57.21-261125-0999"
    )
    said = [tokens.sub("", page.content.decode()) for page in pages]
    assert [page.status_code for page in pages] == [404, 404]
    assert said[0] == said[1]


def test_a_dossier_without_phone_is_not_found_by_an_empty_one(client, accepted):
    Dossier.objects.filter(pk=accepted.pk).update(phone_hash="", birth_hash="")
    for known in ("", "x", "0000000000"):
        assert client.post("/procedures/lookup", {"code": accepted.code, "known": known}).status_code == 404


def guessed(client, code, day, address):
    asked = {"code": code, "known": f"{day % 28 + 1}/{day // 28 + 1}/1990"}
    return client.post("/procedures/lookup", asked, REMOTE_ADDR=address).status_code


def test_guessing_birth_dates_of_one_dossier_ends_also_from_many_addresses(client, accepted):
    keep_contact(accepted.uid)
    with clock.freeze(clock.now()):
        tries = [guessed(client, accepted.code, day, f"198.51.100.{day}") for day in range(52)]
    assert tries[:50] == [404] * 50
    assert tries[50:] == [429, 429]


def test_who_guesses_shuts_himself_out_and_not_the_applicant(client, accepted):
    keep_contact(accepted.uid)
    at = clock.now().replace(minute=10)
    with clock.freeze(at):
        assert {guessed(client, accepted.code, day, "198.51.100.7") for day in range(10)} == {404}
    with clock.freeze(at + timedelta(minutes=2)):
        assert guessed(client, accepted.code, 10, "198.51.100.7") == 429
        hers = client.post(
            "/procedures/lookup", {"code": accepted.code, "known": "02/03/1995"}, REMOTE_ADDR="203.0.113.5"
        )
    assert hers.status_code == 200


def test_a_paper_is_shared_for_an_hour_seen_and_taken_back(client, signed, mother, mother_user):
    paper = Evidence.objects.get(party=mother)
    made, code = share(paper.uid, party=mother, by=mother_user)
    page = client.get(f"/share/{code}")
    assert CHILD in page.content.decode()
    made.refresh_from_db()
    assert made.opened == 1
    assert Entry.objects.filter(name="procedures.share_opened", subject=f"share:{made.pk}").count() == 1
    end_share(made.pk, party=mother, by=mother_user)
    assert client.get(f"/share/{code}").status_code == 404


def test_after_an_hour_nothing_is_shown(signed, mother, mother_user):
    _made, code = share(Evidence.objects.get(party=mother).uid, party=mother, by=mother_user)
    with clock.freeze(clock.now() + timedelta(minutes=61)), pytest.raises(NotFound):
        open_share(code)


def test_nobody_shares_or_opens_a_paper_of_another(client, signed, mother, stranger):
    from huong.people.actions import parties

    other = parties.register("person", name="Người khác", by=None)
    with pytest.raises(NotFound):
        share(Evidence.objects.get(party=mother).uid, party=other, by=None)
    as_citizen(client, stranger)
    assert client.get(f"/my/papers/{Evidence.objects.get(party=mother).uid}").status_code in {403, 404}
    assert client.get(f"/my/dossiers/{signed.uid}").status_code in {403, 404}


def test_she_sees_her_dossier_and_opening_the_result_counts_as_handed_over(client, signed, mother, mother_user):
    as_citizen(client, mother_user)
    assert "H57.21-261125-0001" in client.get("/my/").content.decode()
    assert signed.code in client.get(f"/my/dossiers/{signed.uid}").content.decode()
    paper = Evidence.objects.get(party=mother)
    assert CHILD in client.get(f"/my/papers/{paper.uid}").content.decode()
    assert Dossier.objects.get(pk=signed.pk).state == "delivered"
    assert client.get(f"/my/papers/{paper.uid}/file").content.startswith(b"%PDF")
    assert client.get(f"/my/papers/{paper.uid}/credential").content.count(b"~") > 3
    made = client.post(f"/my/papers/{paper.uid}/share").content.decode()
    assert "<svg" in made
    assert client.get("/my/papers/").status_code == 200
    client.post(f"/my/dossiers/{signed.uid}/rate", {"level": "satisfied", "words": "Nhanh"})
    assert Dossier.objects.get(pk=signed.pk).rating == "satisfied"


def test_a_phone_code_or_a_password_alone_opens_no_dossier_and_no_paper(client, signed, mother, mother_user):
    """Somebody else may hold the phone number by now: the account is hers, the session is not sure enough."""
    client.force_login(mother_user)
    paper, higher = Evidence.objects.get(party=mother).uid, "/account/higher?next="
    for path in ("dossiers/", f"dossiers/{signed.uid}", "papers/", f"papers/{paper}", f"papers/{paper}/file",
                 f"papers/{paper}/credential"):  # fmt: skip
        assert client.get(f"/my/{path}")["Location"].startswith(higher)
    for path in (f"papers/{paper}/share", f"dossiers/{signed.uid}/withdraw", f"dossiers/{signed.uid}/pay"):
        assert client.post(f"/my/{path}", {"sure": "1"})["Location"] == f"{higher}%2Fmy%2F"
    assert signed.code not in client.get("/my/").content.decode()
    assert Dossier.objects.get(pk=signed.pk).state == "decided"


def test_she_withdraws_only_when_sure(client, accepted, mother_user):
    as_citizen(client, mother_user)
    client.post(f"/my/dossiers/{accepted.uid}/withdraw", {})
    assert Dossier.objects.get(pk=accepted.pk).state == "accepted"
    client.post(f"/my/dossiers/{accepted.uid}/withdraw", {"sure": "1"})
    assert Dossier.objects.get(pk=accepted.pk).state == "withdrawn"


def test_the_leaders_queue_reads_and_signs_in_the_browser(client, accepted, ward_officer, ward_leader):
    from huong.procedures.actions import propose, start

    start(accepted.uid, by=ward_officer)
    propose(accepted.uid, checks={"names": "yes", "parents": "yes"}, by=ward_officer)
    row = accepted.results.get()
    at_desk(client, ward_leader)
    assert accepted.code in client.get("/desk/dossiers/signing/").content.decode()
    assert CHILD in client.get(f"/desk/dossiers/signing/{row.verify_code}").content.decode()
    assert client.get(f"/desk/dossiers/signing/{row.verify_code}/file.pdf").content.startswith(b"%PDF")
    client.post(
        f"/desk/dossiers/signing/{row.verify_code}/sign", {"version": Dossier.objects.get(pk=accepted.pk).version}
    )
    assert Dossier.objects.get(pk=accepted.pk).state == "decided"
    assert client.get(f"/desk/dossiers/signing/{row.verify_code}/signed").status_code == 200


@pytest.mark.usefixtures("lasting_memory")
def test_the_queue_costs_the_same_however_many_wait(
    client, accepted, ward_officer, ward_leader, django_assert_max_num_queries
):
    from huong.procedures.actions import propose, start

    start(accepted.uid, by=ward_officer)
    propose(accepted.uid, checks={"names": "yes", "parents": "yes"}, by=ward_officer)
    at_desk(client, ward_leader)
    client.get("/desk/dossiers/signing/")
    with django_assert_max_num_queries(14):
        client.get("/desk/dossiers/signing/")


def test_an_officer_who_opens_a_paper_is_seen_by_the_person(client, row, ward_officer, mother):
    at_desk(client, ward_officer)
    before = Entry.objects.filter(name="people.accessed").count()
    assert client.get(f"/desk/dossiers/signing/{row.verify_code}/file.pdf").content.startswith(b"%PDF")
    entry = Entry.objects.filter(name="people.accessed").latest("id")
    assert Entry.objects.filter(name="people.accessed").count() == before + 1
    assert entry.subject == f"party:{mother.public_id}"
