"""The pages of the exchange in a real Chromium: what a person sees of her data, and what an agency sees of its services."""

import pytest

from huong.exchange.models import FactShare
from huong.exchange.sharing import shares
from huong.exchange.tests.conftest import FATHER, granted, members, met, neighbour, offered, outside  # noqa: F401 - fixtures
from huong.exchange.tests.test_a_person_shares_a_verified_fact import WISH, signed_in
from huong.store.tests.conftest import contract, hydrants, load, parquet  # noqa: F401 - fixtures
from tests.test_in_the_browser import browser, require_sound, visit  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(180),
    pytest.mark.filterwarnings("ignore:No directory at"),
]
LOOKS = [(375, "dark"), (1440, "light")]
MINE = ["/my/access", "/my/data", "/my/acting", "/my/shares/", "/my/shares/new"]


def require_there(page, url):
    assert page.request.get(url).status == 200, url
    require_sound(page, url)


@pytest.mark.parametrize(("width", "look"), LOOKS)
def test_what_a_person_sees_of_her_data_is_sound(visit, live_server, transactional_db, met, width, look):  # noqa: F811
    khoi = signed_in(FATHER, "Trần Minh Khôi")
    assert khoi.post("/my/shares/new", {"fact": "age_over_18", **WISH}).status_code == 302
    share = FactShare.objects.get()
    page = visit(width=width, look=look)
    require_there(page, f"/shared/{shares.code_of(share)}")
    session = khoi.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    for url in [*MINE, f"/my/shares/{share.number}"]:
        require_there(page, url)


@pytest.mark.parametrize(("width", "look"), LOOKS)
def test_what_an_agency_sees_of_its_services_is_sound(visit, transactional_db, granted, steward, width, look):  # noqa: F811
    page = visit(steward, width=width, look=look)
    service = f"/desk/exchange/services/{granted.service_id}"
    places = ["", "offer", "offer-address", "questions/", "reading", f"grants/{granted.number}"]
    for url in [*(f"/desk/exchange/{place}" for place in places), service, f"{service}/use", f"{service}/ask"]:
        require_there(page, url)
