"""Seals make tampering visible: a signed Merkle root over each run of entries, chained to the last.

Entries are not chained row by row, which would make writers wait for each other; a background job
seals what has settled. Whoever holds an export and the public keys can prove it, without us.
"""

import base64
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huong.base import clock, home, ids
from huong.base.errors import NotFound, StorageFull
from huong.journal import queries, rules, seal_keys, verification
from huong.journal.models import Entry, Seal, SealKey

BATCH = 4096
FORMAT = 1
KEPT = "seals.txt"
LOWEST = (-(2**63), 0)  # below every position, so that a row forged in front of all is seen
verify = verification.verify


def seal() -> int:
    """Seal every entry that has settled and is not sealed yet. Harmless if two do it at once.

    Returns:
        How many entries were sealed.

    Raises:
        Unavailable: the signing key is not in this home; nothing is lost, sealing goes on later.
    """
    seal_keys.current()
    to, sealed = queries.safe_head(), 0
    while True:
        last = Seal.objects.order_by("-number").first()
        after = (last.last_xid, last.last_entry) if last else (0, 0)
        found = queries.between(after, to, limit=BATCH)
        if not found:
            return sealed
        made = _seal_of(found, last)
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:  # another process sealed the same entries a moment ago
            return sealed
        _keep_digest(made)
        sealed += len(found)


def _keep_digest(made: Seal) -> None:
    """Write a seal's digest beside the database, so that seals cut off at its end are missed there."""
    descriptor = os.open(home.path(KEPT), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(f"{made.number} {made.digest()} {rules.instant(made.at)}\n")


def kept_digest() -> str:
    """Return the digest of the last seal that this home has made; empty if it has made none."""
    file = home.path(KEPT)
    made = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
    whole = [line for line in made if len(line) > 1]
    return whole[-1][1] if whole else ""


def _seal_of(found: list[Entry], last: Seal | None) -> Seal:
    leaves = [rules.leaf(entry.id, entry.facts()) for entry in found]
    made = Seal(
        number=last.number + 1 if last else 1,
        first_xid=found[0].xid,
        first_entry=found[0].id,
        last_xid=found[-1].xid,
        last_entry=found[-1].id,
        count=len(found),
        from_at=min(entry.at for entry in found),
        to_at=max(entry.at for entry in found),
        root=rules.root(leaves).hex(),
        previous=last.digest() if last else rules.GENESIS,
        at=clock.now(),
        key_id=seal_keys.current(),
        leaves=b"".join(leaves),
    )
    _key, made.signature = seal_keys.sign(rules.signed_bytes(made.body()))
    return made


def lines(since: datetime | None = None, until: datetime | None = None) -> Iterator[dict[str, Any]]:
    """Yield an export line by line: a header, the public keys, each seal with its entries, the unsealed rest.

    Args:
        since: leave out seals whose entries are all older than this.
        until: leave out seals whose entries all happened at or after this, and unsealed entries.
    """
    yield {"kind": "journal", "format": FORMAT, "exported_at": rules.instant(clock.now())}
    for key in SealKey.objects.order_by("created_at"):
        yield {"kind": "key", "key_id": key.key_id, "public": key.public}
    chosen = Seal.objects.order_by("number")
    chosen = chosen.filter(to_at__gte=since) if since else chosen
    chosen = chosen.filter(from_at__lt=until) if until else chosen
    numbers = list(chosen.values_list("number", flat=True))
    for number in range(numbers[0], numbers[-1] + 1) if numbers else ():
        yield from _sealed_lines(number)
    if until is None:
        last = Seal.objects.order_by("-number").first()
        position = (last.last_xid, last.last_entry) if last else LOWEST
        yield from _entry_lines(position, queries.head())
    yield {"kind": "end"}


def _sealed_lines(number: int) -> Iterator[dict[str, Any]]:
    """Yield a seal and every row that lies between the seal before it and its own end."""
    found = Seal.objects.filter(pk=number).first()
    if found is None:  # somebody took it away: what follows will not fit the chain
        return
    before = Seal.objects.filter(pk=number - 1).first()
    yield {
        "kind": "seal",
        **found.body(),
        "signature": found.signature,
        "leaves": base64.b64encode(bytes(found.leaves)).decode(),
    }
    start = (before.last_xid, before.last_entry) if before else LOWEST
    if before is None and number > 1:
        start = (found.first_xid, found.first_entry - 1)
    yield from _entry_lines(start, (found.last_xid, found.last_entry))


def _entry_lines(after: tuple[int, int], to: tuple[int, int]) -> Iterator[dict[str, Any]]:
    while batch := queries.between(after, to, limit=1000):
        yield from ({"kind": "entry", **entry.facts()} for entry in batch)
        after = (batch[-1].xid, batch[-1].id)


def export(path: Path, since: datetime | None = None, until: datetime | None = None) -> int:
    """Write the journal with its seals and public keys to a file, one JSON object to a line.

    The file appears whole or not at all.

    Args:
        path: where to write.
        since: leave out seals whose entries are all older.
        until: leave out seals whose entries are all at or after this.

    Returns:
        How many lines were written.

    Raises:
        StorageFull: the disk has no room; nothing was written.
    """
    draft = path.with_name(f".{path.name}.{ids.new_id()}")
    try:
        return _write(draft, path, lines(since, until))
    except OSError as error:
        if home.is_full(error):
            raise StorageFull from error
        raise
    finally:
        draft.unlink(missing_ok=True)


def _write(draft: Path, path: Path, found: Iterable[dict[str, Any]]) -> int:
    count = 0
    with draft.open("wb") as out:
        for line in found:
            out.write(orjson.dumps(line) + b"\n")
            count += 1
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, path)
    return count


def verify_here(public_keys: Mapping[str, bytes] | None = None, *, expected: str = "") -> verification.Verdict:
    """Prove the journal of this database as it stands, from its first seal to the last one this home has made.

    Args:
        public_keys: this home's, if left out.
        expected: the digest of a seal that must be there; the last one that this home has made, if left out.
    """
    keys = public_keys or seal_keys.public_keys()
    verdict = verification.verify_lines(lines(), keys, expected=expected or kept_digest())
    if verdict.seals and not verdict.whole:
        verdict.add("chain", _("Seal %(number)d is missing.") % {"number": 1}, seal=1)
    return verdict


def proof_of(entry_id: int) -> dict[str, Any]:
    """Return the proof that one entry is sealed, which says nothing about the others.

    Returns:
        The entry's facts, its index, the audit path (hex, from the foot up) and the seal's body and signature.

    Raises:
        NotFound: there is no such entry, or it is not sealed yet.
    """
    entry = Entry.objects.filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    found = Seal.objects.filter(last_xid__gte=entry.xid, first_xid__lte=entry.xid).order_by("number")
    for each in found:
        leaves = rules.leaves_of(bytes(each.leaves))
        index = next((place for place, data in enumerate(leaves) if rules.id_of(data) == entry_id), None)
        if index is not None:
            path = [step.hex() for step in rules.proof(leaves, index)]
            proof = {"entry": entry.facts(), "index": index, "path": path}
            return {**proof, "seal": each.body(), "signature": each.signature}
    raise NotFound
