"""Links are shown to who may follow them; an address for forms says so to who opens it."""

import re

import pytest
from django.test import Client

from huong.web.tests.conftest import sign_in

pytestmark = pytest.mark.django_db


def test_an_officer_elsewhere_sees_the_loads_of_a_dataset_without_dead_links(pumps, officer):
    client = Client()
    sign_in(client, officer)
    page = client.get("/desk/datasets/pumps/").content.decode()
    for url in set(re.findall(r'href="(/desk/datasets/pumps/loads/[^"]+)"', page)):
        assert client.get(url).status_code == 200, url


def test_an_address_for_forms_is_explained_to_who_opens_it(client):
    answer = client.get("/account/sign-out")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "chỉ nhận nội dung gửi từ biểu mẫu" in answer.content.decode()


def test_the_home_page_leads_to_what_can_be_looked_up(client):
    page = client.get("/").content.decode()
    for url in ("/procedures/lookup", "/verify/", "/places/"):
        assert f'href="{url}"' in page
        assert client.get(url).status_code == 200
