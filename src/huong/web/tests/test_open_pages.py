"""Pages for everybody: home, search, the explanation of the lotus, licences, preferences, bell, errors."""

import pytest
from django.test import Client

from huong.messages import actions as messages
from huong.web.tests.test_dataset_pages import text_of


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/", "/search", "/search?q=sen", "/about/lotus", "/about/licences"])
def test_everybody_opens_the_open_pages_in_both_languages(url, client):
    assert client.get(url).status_code == 200
    client.cookies["huong_language"] = "en"
    answer = client.get(url)
    assert '<html lang="en"' in text_of(answer)


@pytest.mark.django_db
def test_the_home_page_says_honestly_what_is_not_there_yet(client):
    page = text_of(client.get("/"))
    assert "Làm thủ tục" in page
    assert "Chưa có số liệu" in page


def test_open_datasets_stand_on_the_home_page_with_their_lotus(pumps, client):
    page = text_of(client.get("/"))
    assert "Trạm bơm" in page
    assert "petal-worst" in page


def test_the_search_finds_datasets_without_accents(pumps, as_steward):
    assert "Trạm bơm" in text_of(as_steward.get("/search?q=tram bom"))


@pytest.mark.django_db
def test_look_and_language_are_kept_and_the_way_back_stays_here(client):
    answer = client.post("/preferences", {"theme": "dark", "language": "en", "next": "/about/lotus"})
    assert answer.headers["Location"] == "/about/lotus"
    page = text_of(client.get("/about/lotus"))
    assert 'data-theme="dark"' in page
    assert "How we judge data" in page
    answer = client.post("/preferences", {"theme": "pink", "next": "//elsewhere.example"})
    assert answer.headers["Location"] == "/"
    assert "theme" not in answer.cookies


@pytest.mark.django_db
def test_preferences_need_the_form_of_this_site():
    assert Client(enforce_csrf_checks=True).post("/preferences", {"theme": "dark"}).status_code == 403


def test_the_bell_shows_news_until_they_are_read(as_steward, steward):
    messages.bell(steward.id, "Please sign in first.", "/desk/", "intake")
    assert "1 tin mới" in text_of(as_steward.get("/bell"))
    assert as_steward.post("/bell").status_code == 302
    assert "Bạn đã đọc hết" in text_of(as_steward.get("/bell"))


@pytest.mark.django_db
def test_an_address_that_does_not_exist_gets_a_designed_page(client):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "Ô tìm kiếm" in text_of(answer)


def test_a_demonstration_says_so_on_every_page(client, db, house):
    (house / "home.json").write_text('{"kind": "demonstration", "format": 1}')
    for url in ("/", "/search", "/about/lotus"):
        assert "Dữ liệu minh họa" in text_of(client.get(url))


@pytest.mark.django_db
def test_a_citizens_page_without_fonts_and_pictures_weighs_less_than_100_kb(client):
    import re
    from pathlib import Path

    from django.contrib.staticfiles import finders

    page = client.get("/").content
    names = re.findall(rb'(?:href|src)="/static/([^"]+\.(?:css|js))"', page)
    weight = len(page) + sum(Path(finders.find(name.decode())).stat().st_size for name in names)
    assert weight < 100_000
