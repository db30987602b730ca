"""The officers' first page: reports, dossiers and data in one list; refusals in the officers' own frame."""

import pytest
from django.test import Client

from huong.procedures.tests.conftest import (  # noqa: F401 - fixtures
    draft,
    fresh_catalogue,
    morning,
    mother,
    procedures,
    sent,
    ward_officer,
)
from huong.web.tests.conftest import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(ward_officer):  # noqa: F811
    client = Client()
    sign_in(client, ward_officer)
    return client


def test_a_dossier_that_waits_to_be_accepted_stands_on_the_first_page(officer, sent):  # noqa: F811
    page = officer.get("/desk/").content.decode()
    assert f"/desk/dossiers/{sent.uid}/" in page
    assert "Chờ tiếp nhận" in page
    assert f"/desk/dossiers/{sent.uid}/" in officer.get("/desk/?kind=dossiers").content.decode()
    assert f"/desk/dossiers/{sent.uid}/" not in officer.get("/desk/?kind=reports").content.decode()


def test_an_officer_refused_somewhere_keeps_the_side_list(officer):
    answer = officer.get("/desk/dossiers/signing/")
    assert answer.status_code == 403
    assert 'class="nav"' in answer.content.decode()


def test_somebody_unknown_who_is_lost_gets_the_citizens_page(client):
    assert 'class="nav"' not in client.get("/nowhere").content.decode()
