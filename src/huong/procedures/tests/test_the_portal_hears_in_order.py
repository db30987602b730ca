"""The national portal hears of each action once and in order, whatever fails; people are told at once; nothing is lost."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from huong.base import clock
from huong.base.errors import BadInput, WrongState
from huong.journal.readers import run_once
from huong.messages.models import Bell, Outgoing
from huong.procedures.actions import accept, keep_contact, start, syncing
from huong.procedures.models import PortalUpdate

pytestmark = pytest.mark.django_db


def hear():
    while run_once():
        pass


class Portal:
    """A portal on this machine that misbehaves as it is told; it keeps what it took."""

    def __init__(self):
        self.behaviours, self.took, portal = [], [], self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                how = portal.behaviours.pop(0) if portal.behaviours else "well"
                if how in {"well", "took and died"}:
                    portal.took.append((self.path.rsplit("/", 1)[1], self.headers["Idempotency-Key"], body))
                status, answer = {
                    "well": (200, b'{"error_code": "0"}'), "breaks": (500, b"x"), "busy": (429, b""),
                    "half": (200, b'{"error'), "refuses": (400, b'{"error_code": "-1", "message": "MaTTHC"}'),
                    "took and died": (502, b""),
                }[how]  # fmt: skip
                self.send_response(status)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Door)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def states(self):
        return [body["TrangThaiHoSo"] for _word, _key, body in self.took]


@pytest.fixture
def portal(settings):
    found = Portal()
    settings.HUONG = settings.HUONG.model_copy(
        update={"portal_url": f"http://{found.host}/portal", "outgoing_hosts": found.host}
    )
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def listening(db):
    """Let readers begin now, as in a home that runs."""
    hear()


@pytest.fixture
def noted(listening, portal, sent, ward_officer):
    """Return an accepted and started dossier of which the portal is to hear."""
    accept(sent.uid, by=ward_officer)
    start(sent.uid, by=ward_officer)
    hear()
    return sent


def later(**wait):
    return clock.freeze(clock.now() + timedelta(**wait))


def test_it_hears_of_acceptance_and_progress_under_its_own_names(noted, portal):
    hear()
    assert syncing.send_due() == 2
    (first, _first_key, body), (second, _key, _body) = portal.took
    assert (first, second) == ("DongBoHoSoMC", "CapNhatTienDoHoSoMC")
    assert (body["MaHoSo"], body["MaTTHC"], body["NgayTiepNhan"]) == (
        "H57.21-261125-0001",
        "1.001193",
        "20261125090000",
    )
    assert "Nhiên" not in json.dumps(portal.took, ensure_ascii=False)
    assert syncing.send_due() == 0


def test_while_one_has_not_gone_the_later_ones_of_its_dossier_wait(noted, portal):
    portal.behaviours = ["breaks", "half", "busy"]
    assert syncing.send_due() == 0
    with later(seconds=11):
        assert syncing.send_due() == 0
    with later(seconds=80):
        assert syncing.send_due() == 0
    with later(seconds=400):
        assert syncing.send_due() == 2
    assert portal.states == ["2", "4"]


def test_what_it_refuses_is_given_up_visibly_and_goes_when_somebody_says_so(noted, portal, ward_officer):
    portal.behaviours = ["refuses"]
    syncing.send_due()
    stuck = PortalUpdate.objects.get(state="given_up")
    assert "MaTTHC" in stuck.error
    with later(days=3):
        assert syncing.send_due() == 0
    syncing.retry_update(stuck.pk, by=ward_officer)
    assert syncing.send_due() == 2
    with pytest.raises(WrongState):
        syncing.retry_update(stuck.pk, by=ward_officer)


def test_patience_ends_and_says_so(noted, portal):
    portal.behaviours = ["breaks"] * 20
    moment = clock.now()
    for _try in range(12):
        moment += timedelta(days=1)
        with clock.freeze(moment):
            syncing.send_due()
    first, second = PortalUpdate.objects.order_by("number")
    assert (first.state, first.tries, second.state) == ("given_up", 9, "waiting")


def test_let_be_with_a_reason_the_later_ones_go_on(noted, portal, ward_officer):
    portal.behaviours = ["refuses"]
    syncing.send_due()
    stuck = PortalUpdate.objects.get(state="given_up")
    with pytest.raises(BadInput):
        syncing.skip_update(stuck.pk, reason=" ", by=ward_officer)
    syncing.skip_update(stuck.pk, reason="Cổng đã có hồ sơ này", by=ward_officer)
    assert syncing.send_due() == 1


def test_an_answer_that_got_lost_is_asked_again_under_the_same_key_and_words(noted, portal):
    portal.behaviours = ["took and died"]
    syncing.send_due()
    with later(seconds=11):
        syncing.send_due()
    assert portal.took[0] == portal.took[1]


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("where", ["before the call", "after the call"])
def test_killed_around_the_call_nothing_is_lost_and_the_order_stays(noted, portal, monkeypatch, where):
    def dying(*args, **kwargs):
        if where == "after the call":
            real(*args, **kwargs)
        raise Killed

    real = syncing.calling.call
    with monkeypatch.context() as broken:
        broken.setattr(syncing.calling, "call", dying)
        with pytest.raises(Killed):
            syncing.send_due()
    assert syncing.send_due() == 0  # its lease has not ended, and the second one waits
    with later(minutes=3):
        assert syncing.send_due() == 2
    assert list(dict.fromkeys(portal.states)) == ["2", "4"]
    assert len({key for _word, key, _body in portal.took}) == 2


def test_the_sandbox_portal_takes_them_as_a_real_peer(listening, settings, sandbox, sent, ward_officer):
    settings.HUONG = settings.HUONG.model_copy(
        update={"portal_url": f"{sandbox.base}/portal", "outgoing_hosts": sandbox.base.split("//")[1]}
    )
    accept(sent.uid, by=ward_officer)
    start(sent.uid, by=ward_officer)
    hear()
    assert syncing.send_due() == 2
    told = httpx.post(f"{sandbox.base}/portal/TraCuuHoSo", json={"MaHoSo": "H57.21-261125-0001"}).json()
    assert [each["TenTrangThaiHoSo"] for each in told["result"]] == ["Được tiếp nhận", "Đang xử lý"]


def test_an_entry_handed_over_twice_is_one_message(noted):
    for action in noted.actions.all():
        syncing.note_for_portal(noted.uid, action.number, action.verb)
    assert list(PortalUpdate.objects.order_by("number").values_list("service", flat=True)) == [
        "DongBoHoSoMC",
        "CapNhatTienDoHoSoMC",
    ]


def test_she_is_told_at_once_by_bell_and_text_message_and_only_once(
    listening, sent, ward_officer, mother_user, settings
):
    settings.HUONG = settings.HUONG.model_copy(update={"sms_url": "http://127.0.0.1:9/sms"})
    keep_contact(sent.uid, phone="0905 123 456")
    hear()
    Bell.objects.all().delete()
    accept(sent.uid, by=ward_officer)
    hear()
    hear()
    assert Bell.objects.filter(user=mother_user).count() == 1
    letter = Outgoing.objects.get(template="dossier_changed")
    assert letter.channel == "sms"


def test_the_message_names_agency_person_and_times(listening, sent, ward_officer, settings):
    from huong.messages import letters
    from huong.messages.actions import outbox

    settings.HUONG = settings.HUONG.model_copy(update={"sms_url": "http://127.0.0.1:9/sms"})
    keep_contact(sent.uid, phone="0905123456")
    accept(sent.uid, by=ward_officer)
    hear()
    held = outbox._letter(Outgoing.objects.get(template="dossier_changed"))
    assert "H57.21-261125-0001" in held.body
    assert "phường An Cựu" in held.body
    assert "Cán bộ ancuu" in held.body
    assert "17:30 25/11/2026" in held.body
    assert "Nhiên" not in held.subject + held.body
    assert letters.exists("result_revoked")


def test_the_office_hears_of_what_comes_in(listening, draft, ward_officer):
    from huong.procedures.actions import citizen, submit

    submit(draft.uid, actor=citizen(None))
    hear()
    assert Bell.objects.filter(user=ward_officer, kind="dossiers").count() == 1
