"""The place of the tables is configuration: a folder, or object storage by URI, the same code path."""

import pytest

from huong.base.errors import Unavailable
from huong.store import actions, maintenance, queries
from huong.store.storage import Folder, Objects, storage

pytestmark = pytest.mark.django_db
TYPES = {"id": "BIGINT", "name": "VARCHAR"}


@pytest.fixture
def objects(settings, tmp_path):
    settings.HUONG = settings.HUONG.model_copy(update={"store": f"file://{tmp_path}/bucket"})
    (tmp_path / "bucket").mkdir()
    return tmp_path / "bucket"


def test_a_folder_may_be_named(settings, tmp_path, load, parquet, rows_of):
    settings.HUONG = settings.HUONG.model_copy(update={"store": str(tmp_path / "elsewhere")})
    assert isinstance(storage(), Folder)
    load("drains", parquet([{"id": 1}], **TYPES))
    assert rows_of("drains", "id") == [(1,)]
    assert (tmp_path / "elsewhere" / "drains" / "_delta_log").is_dir()


def test_object_storage_by_uri_does_all_a_folder_does(objects, load, parquet, rows_of, house):
    assert isinstance(storage(), Objects)
    load("drains", parquet([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}], **TYPES), mode="upsert", key=["id"])
    load("drains", parquet([{"id": 2, "name": "B"}], **TYPES), mode="upsert", key=["id"])
    assert rows_of("drains", "id", "name") == [(1, "a"), (2, "B")]
    assert rows_of("drains", "name", as_of=1) == [("a",), ("b",)]
    actions.rollback("drains", 1)
    maintenance.maintain("drains", least=1)
    assert rows_of("drains", "name") == [("a",), ("b",)]
    assert not (house / "store" / "drains").exists()
    assert all(house in path.parents for path in queries.files_of("drains")), "queries run on local copies only"


def test_a_place_that_cannot_be_reached_is_named(settings):
    settings.HUONG = settings.HUONG.model_copy(update={"store": "nowhere://x/y"})
    with pytest.raises(Unavailable) as refused:
        storage()
    assert "nowhere://x/y" in refused.value.message
