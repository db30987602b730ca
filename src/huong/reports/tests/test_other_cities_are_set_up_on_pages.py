"""Other cities' systems are set up, matched and paused on pages, by whoever may change the city's rules."""

import pytest

from huong.people.access import SECOND_FACTOR
from huong.reports.models import Peer, PeerService
from huong.reports.tests import another_city
from huong.reports.tests.conftest import CONSTRUCTION
from huong.reports.tests.test_reports_go_to_other_cities import neighbour_city, office  # noqa: F401

pytestmark = pytest.mark.django_db
PAGE = "/desk/reports/peers/"


def enter(client, user):
    client.force_login(user)
    session = client.session
    session[SECOND_FACTOR] = True
    session.save()


def fields(city, **more):
    return {
        "name": "Thành phố bạn", "url": city.url, "form": "json", "secret": another_city.KEY, "agency": CONSTRUCTION,
        "pulls": "1", "pushes": "1", "updates": "1", "every_minutes": "15",
    } | more  # fmt: skip


def test_a_city_is_added_and_its_services_are_offered_for_matching(client, office, neighbour_city):  # noqa: F811
    enter(client, office)
    answer = client.post(f"{PAGE}new", fields(neighbour_city))
    peer = Peer.objects.get()
    assert answer.url == f"{PAGE}{peer.key}"
    assert another_city.KEY.encode() not in bytes(peer.secret)
    page = client.get(answer.url).content.decode()
    assert "Đèn đường" in page
    assert another_city.KEY not in page
    client.post(
        f"{PAGE}{peer.key}/match",
        {"code": ["01", "02"], "in-0": "duong-pho.o-ga", "out-0": ["duong-pho.o-ga"], "in-1": "", "out-1": []},
    )
    first, second = PeerService.objects.order_by("code")
    assert (first.category, first.sends, second.category) == ("duong-pho.o-ga", ["duong-pho.o-ga"], "")
    assert "Thành phố bạn" in client.get(PAGE).content.decode()


def test_what_is_typed_wrong_is_said_and_stays_in_the_form(client, office, neighbour_city):  # noqa: F811
    enter(client, office)
    answer = client.post(f"{PAGE}new", fields(neighbour_city, url="javascript:alert(1)"))
    assert answer.status_code == 400
    assert 'value="Thành phố bạn"' in answer.content.decode()
    assert not Peer.objects.exists()


def test_a_category_that_would_go_two_ways_is_refused(client, office, neighbour_city):  # noqa: F811
    enter(client, office)
    client.post(f"{PAGE}new", fields(neighbour_city))
    key = Peer.objects.get().key
    chosen = {"code": ["01", "02"], "out-0": ["duong-pho.o-ga"], "out-1": ["duong-pho.o-ga"]}
    page = client.post(f"{PAGE}{key}/match", chosen, follow=True).content.decode()
    assert "chọn một nơi" in page
    assert list(PeerService.objects.values_list("sends", flat=True)) == [[], []]


def test_it_is_paused_and_goes_on_and_its_key_stays_when_left_empty(client, office, neighbour_city):  # noqa: F811
    enter(client, office)
    client.post(f"{PAGE}new", fields(neighbour_city))
    peer = Peer.objects.get()
    client.post(f"{PAGE}{peer.key}/pause")
    assert not Peer.objects.get().is_active
    client.post(f"{PAGE}{peer.key}/resume")
    client.post(f"{PAGE}{peer.key}", fields(neighbour_city, secret="", name="Tên mới"))
    held = Peer.objects.get()
    assert (held.is_active, held.name, bytes(held.secret)) == (True, "Tên mới", bytes(peer.secret))
    client.post(f"{PAGE}{peer.key}/services")


def test_others_may_not_look(client, dispatcher):
    enter(client, dispatcher)
    assert client.get(PAGE).status_code == 403
