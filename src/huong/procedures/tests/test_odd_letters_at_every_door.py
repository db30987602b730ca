"""Letters that no database keeps, numbers and days far away, long texts: a sentence at every door, never an error."""

import pytest
from django.test import Client

from huong.base import paging
from huong.procedures.models import Dossier
from huong.procedures.tests.conftest import BIRTH, as_citizen, at_desk

pytestmark = pytest.mark.django_db
NUL, DESK = "\0", "/desk/dossiers/"


def is_said(answer):
    assert answer.status_code < 500, answer.content.decode()[:2000]
    return answer


@pytest.mark.parametrize(
    "path",
    ["/verify/%00", "/share/%00", "/shared/%00", "/reports/%00", "/procedures/%00/", "/exchange/keys/%00", "/search?q=%00",
     "/procedures/?q=%00", "/places/%00/", "/reports/?unit=%00&q=%00", "/procedures/lookup?code=%00",
     "/open311/v2/requests/%00.json", "/open311/v2/requests.json?service_code=%00", "/api/v1/reports/%00",
     "/procedures/events/x/", "/listClients?xRoadInstance=%00"],
)  # fmt: skip
def test_a_stranger_gets_a_sentence(procedures, path):
    is_said(Client().get(path))


def test_the_look_up_too(procedures):
    for code, known in ((NUL, NUL), ("H57", "31/12/9999"), ("H57", "1/1/0000"), ("²", "²/²/²²²²")):
        is_said(Client().post("/procedures/lookup", {"code": code, "known": known}))


@pytest.mark.parametrize(
    "path",
    ["?code=%00", "?unit=%00&agency=%00&procedure=%00", "?person=²", "?person=99999999999999999999999", "?after=%00",
     "%00/", "%00/receipt", "%00/result", "%00/papers/%00", "signing/%00", "signing/%00/signed", "payments/%00.pdf",
     "corrections/%00", "corrections/%00/proof.pdf", "new?q=%00", "new?code=%00"],
)  # fmt: skip
def test_an_officer_gets_one(client, accepted, ward_officer, path):
    at_desk(client, ward_officer)
    is_said(client.get(DESK + path))


@pytest.mark.parametrize(
    ("verb", "typed"),
    [("note", {"words": f"a{NUL}"}), ("refuse", {"part": NUL, f"text-{NUL}": "x", "words": "x"}),
     ("hand_over", {"agency": "H57.21.01", "days": "nan", "words": "x"}),
     ("hand_over", {"agency": "H57.50", "days": "inf", "words": "x"}),
     ("hand_over", {"agency": "H57.50", "days": "-5", "words": "x"}),
     ("hand_over", {"agency": "H57.50", "days": "1e300", "words": "x"}),
     ("consult", {"asked_agency": "H57.50", "days": "nan", "words": "x"}),
     ("extend", {"until": "9999-12-31", "words": "x"}), ("extend", {"until": "0001-01-01", "words": "x"}),
     ("assign", {"person": "me", "step": "y" * 500}), ("request_supplement", {"part": "y" * 500, "words": "x"})],
)  # fmt: skip
def test_a_move_with_odd_values_is_told(client, accepted, ward_officer, verb, typed):
    from huong.procedures.actions import start

    start(accepted.uid, by=ward_officer)
    at_desk(client, ward_officer)
    typed = {**typed, "person": ward_officer.pk} if "person" in typed else typed
    is_said(client.post(f"{DESK}{accepted.uid}/move/{verb}", typed))
    is_said(client.get(f"{DESK}{accepted.uid}/"))
    is_said(client.get(DESK))


@pytest.mark.parametrize(
    "typed",
    [{"at": "0001-01-01T00:00"}, {"at": "9999-12-31T23:59"}, {"birth_date": "0001-01-01"}, {"name": f"Lê{NUL}An"},
     {"name": "x" * 5000}, {"phone": NUL, "mail": NUL}, {"national_id": NUL}, {"unit": NUL}, {"blank": NUL},
     {"kind": NUL}, {"kept-birth_witness": "mine"}, {"kept-birth_witness": "pages"}, {"child.name": f"a{NUL}"}],
    ids=str,
)  # fmt: skip
def test_the_counter_says_what_it_cannot_take(client, procedures, ward_officer, typed):
    at_desk(client, ward_officer)
    token = paging.cursor_of(["a" * 32])
    known = {"mine": token, "pages": paging.cursor_of([1, "birth_witness"])}
    typed = {name: known.get(value, value) for name, value in typed.items()}
    base = {"code": BIRTH, "token": token, "kind": "person", "name": "Lê An", "channel": "counter", "unit": "19815"}
    answer = is_said(client.post(f"{DESK}new", {**base, **typed}))
    assert answer.status_code >= 400
    assert not Dossier.objects.exists()


@pytest.mark.parametrize(
    "path", ["dossiers/%00", "papers/%00", "papers/%00/file", "shares/%00", "consents/%00/%00", "data/ask?key=%00"]
)
def test_a_citizen_gets_one(client, mother_user, path):
    as_citizen(client, mother_user)
    is_said(client.get(f"/my/{path}"))


def test_what_she_types_is_kept_or_told(client, draft, mother_user):
    as_citizen(client, mother_user)
    base = f"/procedures/dossiers/{draft.uid}"
    for values in ({"child.name": f"An{NUL}"}, {"child.birth_date": "0001-01-01"}, {"child.birth_date": "9999-12-31"}):
        is_said(client.post(f"{base}/child", values))
    for path, data in (("papers", {"paper": NUL, "dossier": NUL}), ("papers", {"paper": NUL, "remove": NUL}), ("wish", {"source": NUL}),
                       ("extend", {"what": "offer", "code": NUL}), ("helper", {"minutes": "²"}), ("wrong/child.name", {"right": NUL})):  # fmt: skip
        is_said(client.post(f"{base}/{path}", data))
    is_said(client.post("/procedures/help", {"code": NUL}))
    is_said(client.post(f"/procedures/{BIRTH}/", {"unit": NUL}))
