"""Proving an export of the journal from the export and public keys alone; needs no database.

What it finds: a changed, removed or inserted entry (named by its id), a changed, removed or reordered
seal, a signature by an unknown key. What it cannot find by itself: seals cut off at the end; for that,
keep the digest of a recent seal elsewhere and give it as `expected`.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from django.utils.translation import gettext as _

from huong.base.errors import BadInput
from huong.journal import rules, seal_keys

SHOWN_AT_MOST = 1000


@dataclass(frozen=True)
class Problem:
    """One thing that does not fit.

    Attributes:
        kind: "changed", "removed", "inserted" (an entry); "seal", "chain", "signature", "file".
        message: a sentence.
        entry: the entry's id, if it is about one.
        seal: the seal's number, if it is about one.
    """

    kind: str
    message: str
    entry: int | None = None
    seal: int | None = None


@dataclass
class Verdict:
    """What verifying found.

    Attributes:
        seals: how many seals were checked.
        sealed: how many entries stand unchanged under a seal.
        unsealed: how many are not sealed yet, of which nothing can be said.
        whole: whether the export begins with the first seal.
        last: the digest of the last seal, worth keeping elsewhere.
        problems: everything that does not fit, at most 1,000.
    """

    seals: int = 0
    sealed: int = 0
    unsealed: int = 0
    whole: bool = False
    last: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Return whether everything fits."""
        return not self.problems

    def add(self, kind: str, message: str, *, entry: int | None = None, seal: int | None = None) -> None:
        """Write down a problem."""
        if len(self.problems) < SHOWN_AT_MOST:
            self.problems.append(Problem(kind, message, entry, seal))


def verify(export_path: Path, public_keys: Mapping[str, bytes] | Path, *, expected: str = "") -> Verdict:
    """Prove an export file.

    Args:
        export_path: the file that `export` wrote.
        public_keys: 32-byte keys by key id, or a folder of `*.pub` files, from a way one trusts.
        expected: the digest of a seal that must be in the file, kept elsewhere; empty if none is.

    Raises:
        BadInput: the file is not an export of a journal, or the folder holds no key.
    """
    keys = seal_keys.public_keys(public_keys) if isinstance(public_keys, Path) else public_keys
    with export_path.open("rb") as source:
        return verify_lines((_parsed(line) for line in source if line.strip()), keys, expected=expected)


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or "kind" not in found:
        raise BadInput(_("This file is not an export of a journal, or it is damaged."), code="not_an_export")
    return found


def verify_lines(lines: Iterable[dict[str, Any]], public_keys: Mapping[str, bytes], *, expected: str = "") -> Verdict:
    """Prove the lines of an export, in one pass and in little memory."""
    check = _Check(public_keys, expected)
    for line in lines:
        check.take(line)
    return check.verdict_at_end()


class _Check:
    """Walks through an export, holding the leaves of one seal at a time."""

    def __init__(self, keys: Mapping[str, bytes], expected: str) -> None:
        self.keys = keys
        self.expected = expected
        self.verdict = Verdict()
        self.number = 0
        self.last: list[int] = [-1, -1]
        self.leaves: dict[int, bytes] = {}
        self.seen: set[int] = set()
        self.loose: list[int] = []
        self.ended = self.begun = False

    def take(self, line: dict[str, Any]) -> None:
        """Take in one line."""
        kind = line.pop("kind")
        if not self.begun and kind != "journal":
            raise BadInput(_("This file is not an export of a journal, or it is damaged."), code="not_an_export")
        self.begun = True
        if kind == "seal":
            self._close_seal()
            self._open_seal(line)
        elif kind == "entry":
            self._entry(line)
        elif kind == "end":
            self.ended = True

    def verdict_at_end(self) -> Verdict:
        """Return the verdict after the last line."""
        self._close_seal(at_end=True)
        self.verdict.unsealed = len(self.loose)
        if not self.ended:
            self.verdict.add("file", _("The file ends before its last line: part of it was cut off."))
        if self.expected:
            self.verdict.add("chain", _("The seal you kept is not in this file: seals were cut off or replaced."))
        return self.verdict

    def _open_seal(self, line: dict[str, Any]) -> None:
        try:
            signature, packed = str(line.pop("signature")), base64.b64decode(line.pop("leaves"), validate=True)
            number, self.last = int(line["number"]), [int(place) for place in line["last"]]
            digest = rules.seal_digest(line, signature)
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise BadInput(_("A seal in this file is damaged and cannot be read."), code="not_an_export") from error
        self._check_chain(number, line)
        self._check_signature(number, line, signature)
        self._check_root(number, line, packed)
        self.leaves = {rules.id_of(data): data for data in rules.leaves_of(packed)}
        self.verdict.seals += 1
        self.number, self.verdict.last = number, digest
        if self.expected == digest:
            self.expected = ""

    def _check_chain(self, number: int, line: dict[str, Any]) -> None:
        first = self.verdict.seals == 0
        if first:
            self.verdict.whole = number == 1
        if first and number == 1 and line.get("previous") != rules.GENESIS:
            self.verdict.add("chain", _("Seal 1 does not begin the chain."), seal=1)
        if not first and number != self.number + 1:
            message = _("Seal %(number)d is missing.") % {"number": self.number + 1}
            self.verdict.add("chain", message, seal=self.number + 1)
        elif not first and line.get("previous") != self.verdict.last:
            message = _("Seal %(number)d does not continue the seal before it.") % {"number": number}
            self.verdict.add("chain", message, seal=number)

    def _check_signature(self, number: int, line: dict[str, Any], signature: str) -> None:
        public = self.keys.get(str(line.get("key_id")))
        if public is None:
            message = _("Seal %(number)d is signed with key %(key)s, which is not among the keys you gave.")
            self.verdict.add("signature", message % {"number": number, "key": line.get("key_id")}, seal=number)
        elif not seal_keys.is_signed(rules.signed_bytes(line), signature, public):
            message = _("The signature of seal %(number)d is wrong: the seal was changed.")
            self.verdict.add("signature", message % {"number": number}, seal=number)

    def _check_root(self, number: int, line: dict[str, Any], packed: bytes) -> None:
        leaves = rules.leaves_of(packed)
        fits = len(packed) % rules.LEAF_BYTES == 0 and line.get("count") == len(leaves)
        if not fits or rules.root(leaves).hex() != line.get("root"):
            message = _("The leaves of seal %(number)d do not lead to its signed root.") % {"number": number}
            self.verdict.add("seal", message, seal=number)

    def _entry(self, line: dict[str, Any]) -> None:
        entry_id = int(line.get("id", -1))
        expected = self.leaves.get(entry_id)
        names = {"entry": entry_id, "number": self.number}
        if expected is None or entry_id in self.seen:
            self._stranger(entry_id, line, names)
            return
        self.seen.add(entry_id)
        if rules.leaf(entry_id, line) == expected:
            self.verdict.sealed += 1
        else:
            message = _("Entry %(entry)d was changed after it was sealed (seal %(number)d).") % names
            self.verdict.add("changed", message, entry=entry_id, seal=self.number)

    def _stranger(self, entry_id: int, line: dict[str, Any], names: dict[str, int]) -> None:
        """Judge an entry that the running seal does not know."""
        if [line.get("xid", 0), entry_id] > self.last and entry_id not in self.seen:
            self.loose.append(entry_id)
            return
        message = _("Entry %(entry)d was inserted: seal %(number)d does not cover it.") % names
        self.verdict.add("inserted", message, entry=entry_id, seal=self.number)

    def _close_seal(self, *, at_end: bool = False) -> None:
        for entry_id in sorted(self.leaves.keys() - self.seen):
            message = _("Entry %(entry)d was removed after it was sealed (seal %(number)d).")
            names = {"entry": entry_id, "number": self.number}
            self.verdict.add("removed", message % names, entry=entry_id, seal=self.number)
        self.leaves, self.seen = {}, set()
        if not at_end:
            for entry_id in self.loose:
                message = _("Entry %(entry)d was inserted: no seal covers it.") % {"entry": entry_id}
                self.verdict.add("inserted", message, entry=entry_id)
            self.loose = []
