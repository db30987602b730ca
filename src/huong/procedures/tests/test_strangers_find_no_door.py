"""Every page and API of procedures, attacked by strangers: nothing of others is shown, nothing changes, nothing breaks."""

import io
import json

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from huong.base import clock
from huong.base.errors import BadInput
from huong.people.actions import parties
from huong.people.ports import Person
from huong.procedures import catalogue_urls, correction_urls, desk_urls, holding, result_urls
from huong.procedures import urls as citizen_urls
from huong.procedures.actions import begin, citizen, helping, note, request_supplement, save
from huong.procedures.models import Bundle, Component, Correction, Dossier, Evidence
from huong.procedures.tests.conftest import ANSWERS, BIRTH, OTHER_WARD, as_citizen, at_desk, officer_of
from huong.procedures.tests.test_citizens_fill_in_a_form import account

pytestmark = pytest.mark.django_db
SECRETS = ("Thu Hà", ANSWERS["child.name"], ANSWERS["mother.national_id"], "0905123456")
REFUSED = {302, 400, 403, 404, 405, 409, 413, 422, 429}
API = ["form", "form/look", "form/choose", "papers/birth_witness", "papers/birth_witness/{digest}", "send"]


def addresses(*modules):
    """Return every address of some packages' pages, with its named parts."""
    bases = {citizen_urls: "/procedures/", desk_urls: "/desk/dossiers/", result_urls: "/",
             correction_urls: "/desk/dossiers/corrections/", catalogue_urls: "/desk/procedures/"}  # fmt: skip
    for module in modules:
        for each in module.urlpatterns:
            assert isinstance(each, URLPattern)
            yield bases[module] + str(each.pattern)


def filled(address, values):
    for name, value in values.items():
        for kind in ("str", "slug", "int"):
            address = address.replace(f"<{kind}:{name}>", str(value))
    return address


@pytest.fixture
def victim(signed, mother, ward_officer):
    """Return what a stranger might have heard of: ids of a draft, a decided dossier, its result, its paper, its case."""
    draft = begin(BIRTH, party=mother, actor=citizen(None), unit="An Cựu")
    save(draft.uid, ANSWERS, actor=citizen(None))
    case = Correction.objects.create(
        uid="c" * 32, dossier=draft, party=mother, key="child.name", source="register:person:name", owner=signed.agency,
        at=clock.now(), due_at=clock.now(),
    )  # fmt: skip
    paper = Evidence.objects.filter(party=mother).first()
    result = signed.results.get()
    return {
        "draft": draft, "sent": signed, "paper": paper, "case": case,
        "values": {"step": "child", "key": "birth_witness", "code": result.verify_code, "page": 0, "number": 1,
                   "verb": "accept", "reference": "R1", "name": "x"},
    }  # fmt: skip


def everything(victim, *modules):
    """Return the addresses of what is the victim's."""
    whose = [victim[name].uid for name in ("draft", "sent", "paper", "case")]
    return sorted(
        {filled(address, {**victim["values"], "uid": uid}) for address in addresses(*modules) for uid in whose}
    )


def frozen():
    return (
        sorted(Dossier.objects.values_list("uid", "version", "state", "changed_at")),
        sorted(Component.objects.values_list("dossier_id", "key", "state", "changed_at")),
        Evidence.objects.filter(revoked_at=None).count(),
        sorted(Correction.objects.values_list("uid", "state")),
    )


def shows_nothing(answer, address):
    assert answer.status_code < 500, (address, answer.status_code)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    for secret in SECRETS:
        assert secret not in body.decode(errors="ignore"), (address, secret)


@pytest.fixture
def strangers(victim):
    """Return the browsers of somebody signed in for sure, of somebody not signed in, and of an officer elsewhere."""
    other = parties.register("person", name="Người Lạ", national_id="046098999004", by=None)
    officer = Client()
    at_desk(officer, officer_of(OTHER_WARD, "nguoingoai", "leader"))
    return {"citizen": account("nguoila", other), "nobody": Client(), "officer": officer}


@pytest.mark.parametrize("who", ["citizen", "nobody", "officer"])
def test_no_page_shows_or_changes_what_is_another_s(victim, strangers, who):
    before = frozen()
    typed = {"child.name": "Bị Đổi", "words": "x", "use": "no", "source": "vault", "right": "x", "minutes": "60",
             "paper": "birth_witness", "dossier": victim["draft"].uid, "sure": "1", "level": "satisfied", "why": "law",
             "what": "leave", "part": "child.name", "decision": "corrected", "answer": "x", "text-child.name": "x"}  # fmt: skip
    pages = everything(victim, citizen_urls, desk_urls, result_urls, correction_urls)
    public = ("/verify", "/.well-known", "/procedures/help", "/procedures/lookup")
    for address in pages:
        for answer in (strangers[who].get(address), strangers[who].post(address, typed)):
            if not address.startswith(public):
                shows_nothing(answer, address)
            assert answer.status_code < 500, address
    assert frozen() == before


@pytest.mark.parametrize("who", ["citizen", "nobody", "officer"])
def test_no_api_shows_or_changes_what_is_another_s(victim, strangers, who):
    before = frozen()
    for each in (victim["draft"].uid, victim["sent"].uid):
        for rest in API:
            address = f"/api/v1/dossiers/{each}/{rest.format(digest='0' * 64)}"
            for method in ("GET", "POST", "PATCH", "DELETE"):
                body = {"answers": {"child.name": "Bị Đổi"}, "path": "child.name", "use": True}
                answer = strangers[who].generic(method, address, json.dumps(body), content_type="application/json")
                shows_nothing(answer, address)
                assert answer.status_code in REFUSED | {401}, (address, method, answer.status_code)
    assert frozen() == before


def test_papers_added_to_one_s_own_draft_never_land_in_another_s(victim, strangers):
    me = parties.register("person", name="Người Lạ", national_id="046098999004", by=None)
    mine = begin(BIRTH, party=me, actor=citizen(None), unit="An Cựu")
    file = io.BytesIO(b"%PDF-1.4 x")
    file.name = "a.pdf"
    typed = {"dossier": victim["draft"].uid, "paper": "birth_witness", "files": file}
    assert strangers["citizen"].post(f"/procedures/dossiers/{mine.uid}/papers", typed).status_code == 404
    for what in ("offer", "twin", "leave"):
        strangers["citizen"].post(f"/procedures/dossiers/{victim['draft'].uid}/extend", {"what": what})
    assert not Component.objects.filter(dossier=victim["draft"], kind="paper").exists()


def test_no_page_of_somebody_s_own_stays_in_a_cache(victim, mother_user, ward_leader):
    hers, leader = Client(), Client()
    as_citizen(hers, mother_user)
    at_desk(leader, ward_leader)
    seen = 0
    for browser, modules in ((hers, (citizen_urls, result_urls)), (leader, (desk_urls, result_urls, correction_urls))):
        for address in everything(victim, *modules):
            if address.startswith(("/verify", "/.well-known", "/share/")):
                continue
            answer = browser.get(address)
            if answer.status_code == 200:
                seen += 1
                assert "no-store" in answer.headers.get("Cache-Control", ""), address
                if answer.headers["Content-Type"].partition("/")[0] != "text":
                    assert answer.headers.get("X-Content-Type-Options") == "nosniff", address
    assert seen > 15


def test_every_change_on_a_page_wants_the_page_s_own_token(victim, mother_user):
    strict = Client(enforce_csrf_checks=True)
    as_citizen(strict, mother_user)
    before = frozen()
    for address in everything(victim, citizen_urls, result_urls, desk_urls, correction_urls):
        if not address.startswith(("/verify", "/pay/callback", "/procedures/lookup")):
            assert strict.post(address, {"words": "x", "sure": "1"}).status_code in {403, 404, 405}, address
    assert frozen() == before


NUL = "\x00"
ODD = [
    "a\x00b",
    "\ud800",
    "x" * 200_000,
    10**400,
    -1,
    [[["x"]]],
    {"a": {"b": NUL}},
    True,
    None,
    "ﷺ" * 500,
    "\u202e../../etc",
]


def test_odd_answers_are_told_at_the_api(victim, mother_user):
    hers = Client()
    as_citizen(hers, mother_user)
    base = f"/api/v1/dossiers/{victim['draft'].uid}"
    for odd in ODD:
        for path in ("child.name", "child.birth_date", "child.twin", "mother.national_id", "requester.relation", NUL):
            body = json.dumps({"answers": {path: odd}, "meanwhile": [str(odd), path]})
            answer = hers.patch(f"{base}/form", body, content_type="application/json")
            assert answer.status_code < 500, (path, str(odd)[:40])
        for version in (odd, 10**30):
            body = json.dumps({"answers": {}, "version": version})
            assert hers.patch(f"{base}/form", body, content_type="application/json").status_code < 500, str(odd)[:40]
        body = json.dumps({"path": odd, "use": odd})
        assert hers.post(f"{base}/form/choose", body, content_type="application/json").status_code < 500
    for raw in ("[" * 100_000, "{" * 50_000, '{"answers":' * 5_000, "", "null", "\xff", '{"answers": NaN}',
                '{"answers": {"child.twin": NaN, "child.name": Infinity}}'):  # fmt: skip
        answer = hers.patch(f"{base}/form", raw, content_type="application/json")
        assert answer.status_code < 500, raw[:20]
    for key in ("%00", "a%00b", "x" * 3000, "..%2F..%2Fetc"):
        for address in (f"{base}/papers/{key}", f"{base}/papers/{key}/%00", f"/api/v1/dossiers/{key}/form"):
            for method in (hers.post, hers.delete, hers.get):
                assert method(address).status_code < 500, address
    assert hers.get(f"{base}/form").json()["state"] == "draft"


def test_odd_numbers_and_letters_are_told_on_her_pages(victim, mother_user):
    hers = Client()
    as_citizen(hers, mother_user)
    base = f"/procedures/dossiers/{victim['draft'].uid}"
    for odd in ("\x00", "9" * 4000, "²", "١٢", "-1", "1e999", "nan", "x" * 100_000):
        for rest, name in (("helper", "minutes"), ("wish", "source"), ("wrong/child.name", "right"), ("extend", "code"),
                           ("papers", "paper"), ("papers", "remove"), ("papers", "dossier"), ("child/choose", "take"),
                           ("child/save", "child.name"), ("child", "asking")):  # fmt: skip
            answer = hers.post(f"{base}/{rest}", {name: odd, "what": "offer", "do": "x"})
            assert answer.status_code < 500, (rest, name, odd[:10])
        assert hers.get(f"{base}/wrong/{'%00' if odd == NUL else 'x'}").status_code < 500
        assert hers.post("/procedures/help", {"code": odd}).status_code < 500
        assert hers.post(f"/my/papers/shared/{10**30}/end").status_code < 500
        assert hers.post(f"/my/dossiers/{victim['sent'].uid}/rate", {"level": odd, "words": odd}).status_code < 500


def test_odd_reasons_and_words_are_told_at_the_desk(accepted, ward_officer):
    desk = Client()
    at_desk(desk, ward_officer)
    for odd in ("a\x00b", "x" * 300_000, "\x1b[31m", "\x07"):
        for verb in ("request_supplement", "refuse"):
            typed = {"part": "child.name", "text-child.name": odd, "why-child.name": odd, "words": "Xin xem lại."}
            answer = desk.post(f"/desk/dossiers/{accepted.uid}/move/{verb}", typed)
            assert answer.status_code < 500, (verb, odd[:5])
        answer = desk.post(f"/desk/dossiers/{accepted.uid}/verify", {"part": odd})
        assert answer.status_code < 500
        for verb in ("propose", "correct", "keep", "deliver", "require_fee", "pay", "x"):
            typed = {"check": odd, "words": odd, "version": odd, "field-child.name": odd}
            assert desk.post(f"/desk/dossiers/{accepted.uid}/result/{verb}", typed).status_code < 500, verb
    assert Dossier.objects.get(pk=accepted.pk).state == "accepted"


@pytest.mark.parametrize(
    "credential",
    ["a.b.c~", "eyJhbGciOiJub25lIn0.e30.~", "." * 5000, "~" * 5000, "e30.e30.e30~W10~", "\x00", "[" * 50_000,
     "eyJhbGciOiJFZERTQSJ9." + "A" * 100_000 + ".AAAA~", "ü.ü.ü~ü"],
)  # fmt: skip
def test_forged_credentials_are_no_results(procedures, credential):
    answer = Client().post("/verify/", {"credential": credential})
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("length", ["abc", "-1", "9" * 50, ""])
def test_odd_callbacks_are_refused(procedures, length):
    answer = Client().post("/pay/callback", b"{}", content_type="application/json", CONTENT_LENGTH=length)
    assert 400 <= answer.status_code < 500


def test_a_helper_decides_nothing_for_her(draft, mother_user):
    _given, code = helping.give_code(draft.uid, minutes=60, actor=citizen(mother_user))
    helper = account("tinhnguyen")
    helper.post("/procedures/help", {"code": code})
    base = f"/procedures/dossiers/{draft.uid}"
    before = draft.requests.count()
    assert helper.post(f"{base}/wish", {"source": "register:marriage", "use": "yes"}).status_code == 403
    assert helper.post(f"{base}/wrong/requester.address", {"right": "x"}).status_code in {302, 403}
    assert draft.requests.count() == before
    assert not Correction.objects.exists()


def test_routes_are_all_looked_at():
    names = {each.app_name for each in get_resolver().url_patterns if getattr(each, "app_name", None)}
    assert {"procedures", "desk_dossiers", "corrections", "desk_procedures"} <= names


def test_erased_at_her_wish_nothing_of_what_the_office_wrote_about_her_is_left(accepted, ward_officer, mother):
    secret = "Chữ ký của Nguyễn Thị Thu Hà bị mờ"
    reasons = [{"part": "birth_witness", "why": "unclear", "text": secret}]
    request_supplement(accepted.uid, words=secret, reasons=reasons, by=ward_officer)
    holding.erase(Person(mother.public_id, ""), by=None)
    rows = [*accepted.actions.values(), *accepted.parts.values(), *Dossier.objects.values()]
    assert secret not in str(rows)
    (asked,) = [each for each in accepted.actions.all() if each.reasons]
    assert asked.reasons == [{"part": "birth_witness", "why": "unclear", "text": ""}]


def test_what_is_too_long_is_said_by_name_and_nothing_is_cut(accepted, ward_officer):
    for text, named in (("x" * 2001, "Họ và tên em bé"), ("a\x07", "Họ và tên em bé")):
        with pytest.raises(BadInput, match=named):
            request_supplement(
                accepted.uid, words="x", reasons=[{"part": "child.name", "why": "x", "text": text}], by=ward_officer
            )
    with pytest.raises(BadInput):
        note(accepted.uid, words="x" * 8001, by=ward_officer)
    assert Dossier.objects.get(pk=accepted.pk).state == "accepted"


def test_what_was_sent_together_is_shown_as_far_as_the_officer_may_see_it(accepted, ward_officer, mother):
    bundle = Bundle.objects.create(uid="b" * 32, event="child", party=mother, at=clock.now())
    Dossier.objects.filter(pk=accepted.pk).update(bundle=bundle)
    other = begin("1.004222", party=mother, actor=citizen(None), unit="An Cựu", bundle=bundle)
    Dossier.objects.filter(pk=other.pk).update(state="submitted", submitted_at=clock.now())
    desk = Client()
    at_desk(desk, ward_officer)
    for agency, shown in ((accepted.agency, True), ("H57.8", False)):
        Dossier.objects.filter(pk=other.pk).update(agency=agency, lead_agency=agency)
        assert (other.uid in desk.get(f"/desk/dossiers/{accepted.uid}/").content.decode()) is shown
