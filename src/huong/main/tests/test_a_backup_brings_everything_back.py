"""A backup, restored into an empty home, is the same city; without its keys it says what stays unreadable."""

import json
import shutil

import pytest

from huong.base.sql import is_postgresql
from huong.base.testing import house as houses

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]
FURNISH = """
import sys
from pathlib import Path
from huong.base.testing import cast
from huong.catalogue import actions as catalogue
from huong.intake import actions as intake
from huong.intake.tests.conftest import document
from huong.intake.tests.test_personal_data import FIELDS, ROWS
from huong.journal import seals
from huong.main.prepare import prepare
from huong.people import queries as people
prepare()
folder = Path(sys.argv[1])
cast.units()
cast.agencies(folder / "small-city")
cast.joined("minh", "Trần Văn Minh", steward=people.agency(cast.DRAINS))
catalogue.add(document("drains"), by=None)
catalogue.add(document("people_data", fields=FIELDS, classification="personal"), by=None)
for name, rows in (("drains", "ma,duong,do_sau,ngay_dat\\nC-1,Lê Lợi,1,2020-01-01\\nC-2,,99,\\n"), ("people_data", ROWS)):
    file = folder / f"{name}.csv"
    file.write_text(rows)
    intake.load_file(name, file)
seals.seal()
"""
LOOK = """
import json
from huong.base.errors import HuongError
from huong.files import queries as files
from huong.intake.models import Load
from huong.intake.queries import waiting_of
from huong.journal import seals
from huong.people import queries as people
from huong.quality import queries as quality
from huong.store import queries as store
from huong.store.queries import Use
use = Use("H57.8", "Kiểm tra", person=people.user("minh"))
def attempt(read):
    try:
        return read()
    except HuongError as error:
        return error.code
print(json.dumps({
    "scores": {name: quality.latest(name).values for name in ("drains", "people_data")},
    "rows": {name: store.current(name).rows for name in ("drains", "people_data")},
    "waiting": waiting_of(["drains", "people_data"]),
    "drains": store.run(store.table("drains")).to_pylist(),
    "names": attempt(lambda: [r["name"] for r in store.run(store.read("people_data", use=use, fields=["name"])).to_pylist()]),
    "raw": attempt(lambda: files.open_blob(Load.objects.get(dataset="people_data").blob_id).read().decode()[:12]),
    "sealed": attempt(lambda: seals.verify_here().ok),
}, default=str))
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A city, what it looked like, and its backup with keys."""
    if is_postgresql() and not shutil.which("pg_dump"):
        pytest.skip("PostgreSQL's client programs are not installed.")
    folder = tmp_path_factory.mktemp("saved")
    (folder / "words").write_text("hoa sữa tháng mười\n")
    with houses.apart(folder) as environment:
        houses.script(environment, FURNISH, str(folder))
        looked = json.loads(houses.script(environment, LOOK))
        told = houses.huong(environment, "backup", str(folder / "city.tar"), "--passphrase-file", str(folder / "words"))
        assert told.returncode == 0, told.stderr
        again = houses.huong(environment, "backup", str(folder / "city.tar"))
        assert (again.returncode, "Traceback" in again.stderr) == (1, False)
        doctor = json.loads(houses.huong(environment, "doctor", "--json").stdout)
        assert not doctor["checks"]["backup"]["warning"]
    return folder, looked


def restored(saved, tmp_path, *words):
    """Restore into an empty home; return what the command said and what the city looks like."""
    folder, _looked = saved
    with houses.apart(tmp_path) as environment:
        told = houses.huong(environment, "restore", str(folder / "city.tar"), *words)
        if told.returncode:
            return told, houses.huong(environment, "doctor").stdout
        full = houses.huong(environment, "restore", str(folder / "city.tar"))
        assert full.returncode == 1, "a second restore must be refused"
        return told, json.loads(houses.script(environment, LOOK))


def test_with_its_keys_the_city_is_the_same(saved, tmp_path):
    folder, looked = saved
    assert (looked["sealed"], looked["names"], looked["raw"]) == (True, ["Trần Thị Mai"], "so_dinh_danh")
    keys = ["--keys", str(folder / "city.tar.keys"), "--passphrase-file", str(folder / "words")]
    told, found = restored(saved, tmp_path, *keys)
    assert told.returncode == 0, told.stderr
    assert found == looked


def test_without_its_keys_it_says_what_stays_unreadable_and_the_rest_is_the_same(saved, tmp_path):
    _folder, looked = saved
    told, found = restored(saved, tmp_path, "--json")
    said = json.loads(told.stdout.splitlines()[-1])
    assert (said["keys"], bool(said["unreadable"])) == (False, True)
    hidden = {"names": "wrong_key", "raw": "wrong_key", "sealed": "bad_input"}  # public keys come from elsewhere
    assert found == looked | hidden


def test_another_passphrase_or_a_damaged_archive_restores_nothing(saved, tmp_path):
    folder, _looked = saved
    (tmp_path / "other").write_text("hoa giấy\n")
    keys = ["--keys", str(folder / "city.tar.keys")]
    for number, words in enumerate((keys, [*keys, "--passphrase-file", str(tmp_path / "other")])):
        told, doctor = restored(saved, tmp_path / str(number), *words)
        assert (told.returncode, "Traceback" in told.stderr, "huong serve" in doctor) == (1, False, True)
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    archive = bytearray((folder / "city.tar").read_bytes())
    archive[2000] ^= 1
    (damaged / "city.tar").write_bytes(archive)
    told, _doctor = restored((damaged, None), tmp_path / "third")
    assert (told.returncode, "Traceback" in told.stderr) == (1, False)
