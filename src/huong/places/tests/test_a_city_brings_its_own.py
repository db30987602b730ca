"""A city's own base map is served in pieces; its gazetteer and neighbourhoods are found by the names people use."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from huong.base.errors import BadInput
from huong.journal.models import Entry
from huong.places import actions, local_names, queries
from huong.places.models import Landmark, SubArea

pytestmark = pytest.mark.django_db
PLACES = "name,kind,lon,lat,unit\nChợ Đông Ba,market,107.5882,16.4722,19774\nCầu Trường Tiền,bridge,107.5899,16.4690,\n"
AREAS = (
    "unit,code,kind,name,valid_from,valid_to\n"
    "19815,TDP-1,neighbourhood,Tổ dân phố 1,2025-07-01,\n"
    "19815,TDP-0,neighbourhood,Tổ dân phố cũ,2025-07-01,2025-12-31\n"
)


def pmtiles(fill=b"t", size=5000):
    numbers = b"".join(number.to_bytes(8, "little") for number in (127, 10, 137, 10, 147, 10, 157, 100))
    return (b"PMTiles" + bytes([3]) + numbers).ljust(127, b"\0") + fill * (size - 127)


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


@pytest.fixture
def basemap(write, hue):
    actions.keep_basemap(write("hue.pmtiles", pmtiles()))


def content(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_map_reads_the_base_map_in_pieces_and_keeps_it_for_ever(basemap, client):
    url = client.get("/places/basemap.json").json()["url"]
    whole = client.get(url)
    assert (whole.status_code, content(whole), whole["Content-Length"]) == (200, pmtiles(), "5000")
    assert whole["Content-Type"] == "application/vnd.pmtiles"
    assert "immutable" in whole["Cache-Control"]
    piece = client.get(url, headers={"Range": "bytes=0-126"})
    assert (piece.status_code, piece["Content-Range"]) == (206, "bytes 0-126/5000")
    assert content(piece) == pmtiles()[:127]
    last = client.get(url, headers={"Range": "bytes=-10", "If-Range": whole["ETag"]})
    assert content(last) == pmtiles()[-10:]
    assert content(client.get(url, headers={"Range": "bytes=0-9", "If-Range": '"another"'})) == pmtiles()
    beyond = client.get(url, headers={"Range": "bytes=5000-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, "bytes */5000")
    assert client.get(url, headers={"If-None-Match": whole["ETag"]}).status_code == 304
    head = client.head(url)
    assert (head.status_code, content(head), head["Content-Length"]) == (200, b"", "5000")


def test_a_new_base_map_has_a_new_address_and_the_old_one_is_gone(basemap, client, write, house):
    before = client.get("/places/basemap.json").json()["url"]
    actions.keep_basemap(write("new.pmtiles", pmtiles(b"n")))
    after = client.get("/places/basemap.json").json()["url"]
    assert before != after
    assert (client.get(before).status_code, client.get(after).status_code) == (404, 200)
    assert len(list((house / "basemap").iterdir())) == 1


def test_a_city_without_a_base_map_says_so(hue, client):
    assert client.get("/places/basemap.json").json()["url"] == ""
    assert client.get(f"/places/basemap/{'0' * 64}.pmtiles").status_code == 404
    assert client.get("/places/basemap/.pmtiles").status_code == 404


def test_places_are_found_by_their_names_with_and_without_accents(hue, write, client):
    assert local_names.load_gazetteer(write("g.csv", PLACES)) == 2
    assert local_names.load_gazetteer(write("g.csv", PLACES)) == 2
    assert Landmark.objects.count() == 2
    for words in ("Đông Ba", "cho dong ba", "CHỢ ĐÔNG"):
        assert [place.name for place in queries.landmarks(words)] == ["Chợ Đông Ba"]
    assert queries.landmarks("dong ba")[0].unit.code == "19774"
    assert queries.landmarks("truong tien")[0].unit is None  # schematic outlines route nothing
    assert "Chợ Đông Ba" in client.get("/search?q=cho+dong+ba").content.decode()
    moved = PLACES.replace("name,kind", "key,name,kind").replace("Chợ", "m1,Chợ").replace("Cầu", "b1,Cầu")
    local_names.load_gazetteer(write("g.csv", moved))
    local_names.load_gazetteer(write("g.csv", moved.replace("Chợ Đông Ba", "Chợ Mới")))
    assert [place.key for place in queries.landmarks("cho moi")] == ["m1"]
    assert Entry.objects.filter(name="places.landmarks_loaded").count() == 4


@pytest.mark.parametrize(
    "text",
    [
        "name,lon\nChợ,107\n",
        PLACES + "Chợ xa,market,707,16,\n,market,107,16,\nChợ,market,107,16,99999\n",
        b"\xff\xfe\x00name",
    ],
)
def test_a_gazetteer_with_faults_changes_nothing_and_names_them(hue, write, text):
    with pytest.raises(BadInput) as refused:
        local_names.load_gazetteer(write("g.csv", text))
    assert Landmark.objects.count() == 0
    if text[:4] == "name" and "kind" in text:
        assert [problem.partition(":")[0] for problem in refused.value.details["problems"]] == [
            "Dòng 4", "Dòng 5", "Dòng 6",
        ]  # fmt: skip


def test_neighbourhoods_are_known_below_their_unit_in_their_time(hue, write, client):
    out = StringIO()
    call_command("places", "subareas", str(write("a.csv", AREAS)), "--json", stdout=out)
    assert json.loads(out.getvalue())["accepted"] == 2
    assert [area.code for area in queries.sub_areas_of("19815", date(2025, 8, 1))] == ["TDP-0", "TDP-1"]
    assert [area.code for area in queries.sub_areas_of("19815", date(2026, 11, 24))] == ["TDP-1"]
    local_names.load_sub_areas(write("a.csv", AREAS.replace("Tổ dân phố 1", "Tổ dân phố Một")))
    assert SubArea.objects.count() == 2
    assert "Tổ dân phố Một" in client.get("/places/19815/").content.decode()
    with pytest.raises(BadInput) as refused:
        local_names.load_sub_areas(write("a.csv", AREAS + "1,x,village,X,2025-07-01,\n19815,y,quarter,Y,soon,\n"))
    assert len(refused.value.details["problems"]) == 2


def test_a_city_s_folder_may_bring_both(hue, write, tmp_path):
    write("landmarks.csv", PLACES)
    write("sub_areas.csv", AREAS)
    local_names.load_city(tmp_path)
    assert (Landmark.objects.count(), SubArea.objects.count()) == (2, 2)
