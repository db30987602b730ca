"""Two cities that both run Hương: the other one is a house of its own, in processes and a database of its own."""

import subprocess
import sys

import pytest

from huong.base import clock, net
from huong.base.testing import house
from huong.config import ROOT
from huong.reports.actions import peer_settings, pulling, pushing
from huong.reports.actions.peer_settings import Settings
from huong.reports.models import Message, Peer, PeerRequest, Report
from huong.reports.tests.conftest import CONSTRUCTION
from huong.reports.tests.test_reports_go_to_other_cities import hole, office, run_readers  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(500)]
CAST = """
from huong.reports import actions
from huong.base.testing import cast
from huong.people import queries as people
def somebody():
    from huong.people.models import User
    found = User.objects.filter(username='truc').first()
    return found or cast.joined('truc', 'Trực ban', operator=people.agency('H57.50'))
"""
SEND = (
    CAST
    + """
from huong.reports.actions import Draft
sent = actions.send(Draft(text='Cây đổ chắn đường', category='duong-pho.o-ga', unit='An Cựu'))
actions.accept(sent.report.number, by=somebody())
print(sent.report.number)
"""
)
ANSWER = (
    CAST
    + """
import sys
from huong.reports.models import Report
report = Report.objects.get(pk=int(sys.argv[1][3:]))
if report.state == 'received': actions.accept(report.number, by=somebody())
report.refresh_from_db()
if report.state == 'accepted': actions.dispatch(report.number, to=report.agency, by=somebody())
actions.answer(report.number, text='Đội của chúng tôi đã vá xong.', by=somebody())
print(report.number)
"""
)


SERVER = """
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
import django
django.setup()
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from huong.base import city, home
home.prepare(demo=False)
call_command('migrate', verbosity=0)
city.load(Path(sys.argv[2]))
class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
make_server('127.0.0.1', int(sys.argv[1]), get_wsgi_application(), server_class=Server).serve_forever()
"""


@pytest.fixture(scope="module")
def other_house(tmp_path_factory):
    """Serve another city in a process of its own, with an app's key for us."""
    folder, port = tmp_path_factory.mktemp("other-city"), house.free_port()
    city = str(ROOT / "cities" / "hue")
    with house.apart(folder) as plain, (folder / "log").open("wb") as log:
        environment = dict(plain) | {"HUONG_CITY": city}
        server = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(port), city], env=environment, stdout=log, stderr=log
        )
        try:
            url = f"http://127.0.0.1:{port}"
            house.until(
                lambda: server.poll() is not None or house.status_of(f"{url}/healthz") == 200,
                seconds=240,
                why="it serves",
            )
            assert server.poll() is None, (folder / "log").read_text()[-2000:]
            source = (
                "from huong.people.actions import tokens\nfrom huong.people import queries as people\n"
                "print(tokens.issue('Huế', agency=people.agency('H57.50'), powers=['reports.send'], by=None)[1])"
            )
            yield url, environment, house.script(environment, source)
        finally:
            server.terminate()
            server.wait(60)


@pytest.fixture
def peer(other_house, settings, office):  # noqa: F811
    url, _environment, key = other_house
    settings.HUONG = settings.HUONG.model_copy(update={"outgoing_hosts": "127.0.0.1"})
    wanted = Settings("Thành phố kia", f"{url}/open311/v2", secret=key, agency=CONSTRUCTION, pulls=True, pushes=True)
    held = peer_settings.save_peer(wanted, by=office)
    peer_settings.read_services(held.key, by=office)
    yield held
    net.close_connections()


def pull(peer):
    Peer.objects.filter(pk=peer.pk).update(due_at=clock.now(), rests_until=None)
    found = pulling.pull(peer.key)
    assert found is not None, Peer.objects.get(pk=peer.pk).error
    return found


def test_reports_go_both_ways_between_two_houses(other_house, peer, dispatcher):
    _url, environment, _key = other_house
    theirs = house.script(environment, SEND)
    assert pull(peer).new == 1
    assert (pull(peer).new, Report.objects.get().external_id) == (0, theirs)
    assert Report.objects.get().category == "duong-pho.o-ga"  # the same city's codes match by themselves

    ours = hole(dispatcher)
    run_readers()
    assert (pushing.send_due(), pushing.send_due()) == (1, 0)
    there = PeerRequest.objects.get(direction="out").remote_id
    assert there.startswith("PA-")
    house.script(environment, ANSWER, there)
    pull(peer)
    ours.refresh_from_db()
    assert ours.state == "answered"
    assert Message.objects.get(report=ours, kind="answer").text == "Đội của chúng tôi đã vá xong."
    assert pull(peer).news == 0
