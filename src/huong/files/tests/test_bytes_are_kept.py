"""Keeping bytes: once, whole, in little memory, or not at all."""

import errno
import hashlib
import io
import os
import threading
import time
import tracemalloc

import pytest
from django.db import connection

from huong.base import home, keys
from huong.base.errors import BadInput, KeyDestroyed, NotFound, StorageFull, TooLarge, Unavailable
from huong.files import actions, queries
from huong.files.models import Blob, Kept
from huong.journal.models import Entry

pytestmark = pytest.mark.django_db


class Zeros(io.RawIOBase):
    """A stream of so many bytes that exists nowhere."""

    def __init__(self, size, *, breaks_at=None, error=None):
        self.left, self.given, self.breaks_at, self.error = size, 0, breaks_at, error

    def read(self, size=-1):
        if self.breaks_at is not None and self.given >= self.breaks_at:
            raise self.error
        chunk = b"0" * min(size, self.left)
        self.left -= len(chunk)
        self.given += len(chunk)
        return chunk


def keep(data=b"ma;ten\n1;An\n", *, name="cay-xanh.csv", owner="intake:cay-xanh", **options):
    stream = data if hasattr(data, "read") else io.BytesIO(data)
    return actions.keep(stream, name=name, owner=owner, **options)


def files_on_disk():
    return sorted(path for folder in ("files", "tmp") for path in (home.home() / folder).rglob("*") if path.is_file())


def content(blob):
    with queries.open_blob(blob.pk) as source:
        return source.read()


@pytest.mark.parametrize("scope", [None, "dataset:welfare"])
@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 200_000])
def test_what_is_kept_comes_back_byte_for_byte(scope, size):
    data = os.urandom(size)
    blob = keep(data, scope=scope)
    assert (blob.digest, blob.size) == (hashlib.sha256(data).hexdigest(), size)
    assert content(blob) == data
    with queries.as_path(blob) as path:
        assert path.read_bytes() == data


def test_keeping_is_recorded_without_the_name():
    keep(b"a;b\n1;2\n", name="Nguyễn Văn An.csv", by=7)
    entry = Entry.objects.get(name="files.kept")
    assert entry.by == 7
    assert entry.data["kind"] == "csv"
    assert "An" not in str(entry.data)


def test_the_same_bytes_of_two_owners_are_kept_once_and_both_are_known():
    first = keep(owner="intake:cay-xanh")
    second = keep(owner="intake:cong-vien", name="cong-vien.csv")
    assert first == second
    assert len(files_on_disk()) == 1
    assert [kept.owner for kept in queries.others_with(first.digest, "intake:cong-vien")] == ["intake:cay-xanh"]
    assert queries.name_of(first, "intake:cong-vien") == "cong-vien.csv"


def test_keeping_the_same_again_changes_nothing():
    keep()
    keep()
    assert Kept.objects.count() == 1
    assert Entry.objects.filter(name="files.kept").count() == 1
    assert len(files_on_disk()) == 1


def test_the_same_bytes_under_another_scope_are_erased_apart():
    plain, mine, yours = keep(), keep(scope="dataset:a"), keep(scope="dataset:b")
    keys.destroy("dataset:a")
    with pytest.raises(KeyDestroyed):
        content(mine)
    with pytest.raises(KeyDestroyed):
        keep(b"more", scope="dataset:a")
    assert content(plain) == content(yours)
    assert len(queries.others_with(plain.digest, "somebody")) == 3


def test_encrypted_bytes_say_nothing_on_the_disk():
    secret = b"046085000001;Nguyen Van An\n" * 5000
    blob = keep(secret, scope="dataset:welfare")
    assert b"Nguyen" not in queries.stored_path(blob).read_bytes()


def test_an_encrypted_file_can_be_read_from_any_place():
    data = os.urandom(300_000)
    blob = keep(data, scope="dataset:welfare")
    with queries.open_blob(blob.pk) as source:
        for place in (299_990, 65_530, 0, 131_072, 200_000):
            source.seek(place)
            assert source.read(20) == data[place : place + 20]
        source.seek(-5, io.SEEK_END)
        assert source.read() == data[-5:]


@pytest.mark.parametrize("harm", ["flip", "cut", "swap"])
def test_an_encrypted_file_that_was_harmed_is_refused(harm):
    blob = keep(os.urandom(200_000), scope="dataset:welfare")
    path = queries.stored_path(blob)
    data = bytearray(path.read_bytes())
    piece = 64 * 1024 + 16
    if harm == "flip":
        data[1000] ^= 1
    elif harm == "cut":
        del data[24 + piece * 2 :]
    else:
        data[24 : 24 + piece], data[24 + piece : 24 + 2 * piece] = (
            data[24 + piece : 24 + 2 * piece],
            data[24 : 24 + piece],
        )
    path.write_bytes(data)
    with pytest.raises(Unavailable):
        content(blob)


def test_a_decrypted_copy_is_for_us_only_and_gone_afterwards():
    blob = keep(b"x" * 100_000, scope="dataset:welfare")
    with queries.as_path(blob) as path:
        assert path.stat().st_mode & 0o777 == 0o600
        assert path != queries.stored_path(blob)
    assert not path.exists()


def test_an_upload_that_breaks_off_leaves_nothing():
    with pytest.raises(BadInput) as refusal:
        keep(Zeros(10**8, breaks_at=3 * 2**20, error=ConnectionResetError()))
    assert refusal.value.code == "upload_broken"
    assert files_on_disk() == []
    assert Blob.objects.count() == 0


def test_a_process_killed_in_the_middle_leaves_nothing_after_a_day():
    with pytest.raises(KeyboardInterrupt):
        keep(Zeros(10**8, breaks_at=2**20, error=KeyboardInterrupt()))
    assert files_on_disk() == []
    kept = queries.stored_path(keep())
    left = [home.path("tmp", "keep-dead"), home.path("tmp", "open-dead"), home.path("files", "ab", "orphan-ab")]
    for path in left:
        path.write_bytes(b"x")
    assert actions.sweep() == 0  # it may still be on its way
    for path in [*left, kept]:
        os.utime(path, (time.time() - 90_000,) * 2)
    assert actions.sweep() == 3
    assert files_on_disk() == [kept]


def test_a_file_larger_than_allowed_is_refused_and_leaves_nothing():
    with pytest.raises(TooLarge, match="2"):
        keep(Zeros(10**9), max_bytes=2 * 2**20)
    assert files_on_disk() == []


def test_a_full_disk_is_refused_before_anything_is_written(monkeypatch):
    monkeypatch.setattr(home, "free_bytes", lambda: 1024)
    with pytest.raises(StorageFull):
        keep()
    assert files_on_disk() == []


def test_a_disk_that_fills_up_meanwhile_leaves_nothing():
    with pytest.raises(StorageFull):
        keep(Zeros(10**8, breaks_at=2**20, error=OSError(errno.ENOSPC, "No space left on device")))
    assert files_on_disk() == []
    assert Blob.objects.count() == 0


@pytest.mark.parametrize("scope", [None, "dataset:welfare"])
def test_a_large_file_needs_little_memory(scope):
    tracemalloc.start()
    try:
        blob = keep(Zeros(48 * 2**20), scope=scope)
        with queries.open_blob(blob.pk) as source:
            total = sum(len(chunk) for chunk in iter(lambda: source.read(2**20), b""))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == 48 * 2**20
    assert peak < 12 * 2**20


def test_bytes_are_deleted_when_nobody_keeps_them_any_more(django_capture_on_commit_callbacks):
    blob = keep(owner="a")
    keep(owner="b")
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.release(blob.pk, owner="a") is False
    assert content(blob)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.release(blob.pk, owner="b", by=1) is True
    assert files_on_disk() == []
    with pytest.raises(NotFound):
        queries.open_blob(blob.pk)
    with pytest.raises(NotFound):
        actions.release(blob.pk, owner="b")


def test_a_file_lost_from_the_disk_says_so_and_comes_back_with_the_same_bytes():
    blob = keep()
    queries.stored_path(blob).unlink()
    with pytest.raises(Unavailable) as refusal:
        queries.open_blob(blob.pk)
    assert refusal.value.code == "file_missing"
    keep()
    assert content(blob)


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_sent_twice_at_once_are_kept_once():
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("A database in memory locks whole tables between threads; a file, as in production, waits.")
    data, blobs, gate = os.urandom(200_000), [], threading.Barrier(4)

    def send(number):
        gate.wait(60)
        blobs.append(keep(data, owner=f"intake:{number}"))
        connection.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len({blob.pk for blob in blobs}) == 1
    assert len(blobs) == 4
    assert len(files_on_disk()) == 1
    assert Kept.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_files_erased_by_their_key_are_gone_for_good_and_others_stay():
    raw, other, plain = keep(b"1", scope="load:a"), keep(b"2", scope="load:b"), keep(b"3")
    stored = queries.stored_path(raw)
    assert stored.exists()
    assert actions.erase("load:a") == 1
    assert not stored.exists()
    assert [content(other), content(plain)] == [b"2", b"3"]
    with pytest.raises(KeyDestroyed):
        queries.open_blob(raw.pk)
    with pytest.raises(KeyDestroyed):
        keep(b"1", scope="load:a")
    assert actions.erase("load:a") == actions.erase("load:never") == 0
    entry = Entry.objects.get(name="files.erased")
    assert entry.data == {"scope": "load:a", "files": 1}
    assert queries.kept_by("intake:cay-xanh")[-1].blob == raw  # that there was a file stays known
