"""A backup, restored into an empty home, is the same city; without its keys it says what stays unreadable."""

import json
import shutil

import pytest

from huong.base.sql import is_postgresql
from huong.base.testing import house as houses

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
PASSPHRASE = "hoa sữa tháng mười"
FURNISH = """
import json, sys
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
import json, sys
from pathlib import Path
from django.core.management import call_command
from huong.base.errors import HuongError

def attempt(read):
    try:
        return read()
    except HuongError as error:
        return error.code

def look():
    from huong.files import queries as files
    from huong.intake.models import Load
    from huong.intake.queries import waiting_of
    from huong.journal import seals
    from huong.people import queries as people
    from huong.quality import queries as quality
    from huong.store import queries as store
    from huong.store.queries import Use
    use = Use("H57.8", "Kiểm tra", person=people.user("minh"))
    names = lambda: [row["name"] for row in store.run(store.read("people_data", use=use, fields=["name"])).to_pylist()]
    return {
        "scores": {name: quality.latest(name).values for name in ("drains", "people_data")},
        "rows": {name: store.current(name).rows for name in ("drains", "people_data")},
        "waiting": waiting_of(["drains", "people_data"]),
        "drains": store.run(store.table("drains")).to_pylist(),
        "names": attempt(names),
        "raw": attempt(lambda: files.open_blob(Load.objects.get(dataset="people_data").blob_id).read().decode()[:12]),
        "sealed": attempt(lambda: seals.verify_here().ok),
    }
"""
SAVE = """
folder = Path(sys.argv[1])
save = lambda: call_command("backup", str(folder / "city.tar"), "--passphrase-file", str(folder / "words"))
save()
from huong.base import readiness
print(json.dumps({"look": look(), "again": attempt(save), "old": readiness.run()["backup"].warning}, default=str))
"""
RESTORE = """
said = {}
restore = lambda words: call_command("restore", *words)
said["refused"] = [attempt(lambda: restore(words)) for words in json.loads(sys.argv[1])]
from huong.main import backup
words = json.loads(sys.argv[2])
found = backup.restore(Path(words[0]), keys_file=Path(words[1]) if words[1] else None, passphrase=words[2] or None)
said |= {"keys": found["keys"], "unreadable": bool(found["unreadable"])}
said["again"] = attempt(lambda: restore([words[0]]))
print(json.dumps(said | {"look": look()}, default=str))
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A city, what it looked like, and its backup with keys."""
    if is_postgresql() and not shutil.which("pg_dump"):
        pytest.skip("PostgreSQL's client programs are not installed.")
    folder = tmp_path_factory.mktemp("saved")
    (folder / "words").write_text(f"{PASSPHRASE}\n")
    with houses.apart(folder) as environment:
        said = json.loads(houses.script(environment, FURNISH + LOOK + SAVE, str(folder)))
    assert (said["again"], said["old"]) == ("wrong_state", False)
    return folder, said["look"]


def restored(saved, tmp_path, *refused, keys=""):
    """Restore into an empty home, after attempts that must be refused; return what was said and seen."""
    folder, _looked = saved
    with houses.apart(tmp_path / "apart") as environment:
        wanted = [str(folder / "city.tar"), keys, PASSPHRASE if keys else ""]
        return json.loads(houses.script(environment, LOOK + RESTORE, json.dumps(refused), json.dumps(wanted)))


def test_with_its_keys_the_city_is_the_same_and_nothing_else_opens_them(saved, tmp_path):
    folder, looked = saved
    assert (looked["sealed"], looked["names"], looked["raw"]) == (True, ["Trần Thị Mai"], "so_dinh_danh")
    keys = f"{folder / 'city.tar'}.keys"
    (tmp_path / "other").write_text("hoa giấy\n")
    damaged = tmp_path / "damaged.tar"
    content = bytearray((folder / "city.tar").read_bytes())
    content[2000] ^= 1
    damaged.write_bytes(content)
    said = restored(
        saved,
        tmp_path,
        [str(folder / "city.tar"), "--keys", keys],
        [str(folder / "city.tar"), "--keys", keys, "--passphrase-file", str(tmp_path / "other")],
        [str(damaged)],
        keys=keys,
    )
    assert said["refused"] == ["bad_input"] * 3  # and each left the home as empty as it was
    assert (said["keys"], said["unreadable"], said["again"]) == (True, False, "wrong_state")
    assert said["look"] == looked


def test_without_its_keys_it_says_what_stays_unreadable_and_the_rest_is_the_same(saved, tmp_path):
    _folder, looked = saved
    said = restored(saved, tmp_path)
    assert (said["keys"], said["unreadable"], said["again"]) == (False, True, "wrong_state")
    hidden = {"names": "wrong_key", "raw": "wrong_key", "sealed": "bad_input"}  # public keys come from elsewhere
    assert said["look"] == looked | hidden
