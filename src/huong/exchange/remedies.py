"""Carrying out what a person asks about what is held on them: correcting, erasing; each kind of thing in its own way."""

import csv
import tempfile
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import keys
from huong.base.errors import BadInput
from huong.catalogue import queries as catalogue
from huong.catalogue.rules import ContractSpec
from huong.exchange.models import RegisterCopy
from huong.exchange.registers.asking import scope_of
from huong.exchange.sharing import shares
from huong.intake.actions import forgetting, loads
from huong.people import access
from huong.people import queries as people
from huong.people.actions import parties
from huong.people.models import Party, User
from huong.people.ports import Correctable, Remedy
from huong.store import personal
from huong.store import queries as store
from huong.store.queries import Filter

PURPOSE: Final = "data.quality"


class _AtTheSource:
    """What cannot be corrected here: the source keeps it, and the next answer or load brings the right value."""

    def correctable(self, party: Party, key: str) -> list[Correctable]:
        """Return nothing."""
        return []

    def correct(self, party: Party, key: str, field: str, value: str, *, ground: str, by: User) -> None:
        """Refuse.

        Raises:
            BadInput: always; the sentence says where it is corrected.
        """
        raise BadInput(_("This is corrected at its source. Say to the person where, and answer the request."))


class PartyRemedy:
    """The party itself: name and birth date are corrected here; erasing means erasing everywhere."""

    def correctable(self, party: Party, key: str) -> list[Correctable]:
        """Return name and birth date."""
        birth = [Correctable("birth_date", _("Birth date"))] if party.kind == "person" else []
        return [Correctable("name", _("Name")), *birth]

    def correct(self, party: Party, key: str, field: str, value: str, *, ground: str, by: User) -> None:
        """Correct it.

        Records: `people.party_corrected`.
        """
        parties.correct(party, field, value, ground=ground, by=by)

    def erase(self, party: Party, key: str, *, by: User) -> None:
        """Erase the person everywhere.

        Records: `people.party_erased` and the entries of each package.
        """
        parties.erase(party, by=by)


class DatasetRemedy:
    """A person's rows in a dataset of the store, found by their national id."""

    def correctable(self, party: Party, key: str) -> list[Correctable]:
        """Return the fields, without the ones by which the row is found."""
        spec = _spec(key)
        found = [each for each in spec.fields if each.name not in spec.key and each.semantic != "vn.citizen_id"]
        return [Correctable(each.name, each.title_vi) for each in found] if spec.mode == "upsert" else []

    def correct(self, party: Party, key: str, field: str, value: str, *, ground: str, by: User) -> None:
        """Load the person's row again with the right value, under the contract and its checks as any other load.

        Raises:
            Forbidden: `by` may not read persons' columns of the owner, or not load for it.
            BadInput: no such field, no row, or the contract refuses the value.

        Records: `store.read`, `people.accessed`, `intake.loaded`, `store.committed`.
        """
        spec = _spec(key)
        access.require_power(by, "people.correct", spec.owner)
        if field not in {each.name for each in self.correctable(party, key)}:
            raise BadInput(_("Please choose what is wrong, and write what is right."))
        rows = [_written(spec, row) for row in _rows(spec, party, by)]
        if not rows or any(isinstance(each, dict) for row in rows for each in row.values()):
            raise BadInput(_("This row cannot be corrected here. Correct it in the owner's file and load it."))
        self._load(spec, [{**row, field: value.strip()} for row in rows], by)

    @staticmethod
    def _load(spec: ContractSpec, rows: list[dict[str, Any]], by: User) -> None:
        names = [each.name for each in spec.fields]
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "correction.csv"
            with file.open("w", encoding="utf-8", newline="") as out:
                writer = csv.DictWriter(out, names, extrasaction="ignore")
                writer.writeheader()
                writer.writerows(rows)
            load = loads.load_file(
                spec.dataset, file, by=by, mapping={name: name for name in names}, accept_header=True
            )
        if load.refused:
            raise BadInput(_("The dataset's rules refuse this value. Nothing was changed."))

    def erase(self, party: Party, key: str, *, by: User) -> None:
        """Destroy the key of what identifies the person in this dataset, and rewrite what intake keeps of it.

        Records: `store.erased`, `intake.erased`.
        """
        spec = _spec(key)
        access.require_power(by, "people.correct", spec.owner)
        number = people.number_of(party.public_id)
        personal.erase_person(spec.dataset, number, by.id)
        forgetting.forget(spec.dataset, [number], by=by.id)


def _spec(key: str) -> ContractSpec:
    return catalogue.contract_of(key.partition(":")[2])


def _rows(spec: ContractSpec, party: Party, by: User) -> list[dict[str, Any]]:
    holder = next((each.name for each in spec.fields if each.semantic == "vn.citizen_id"), "")
    if not holder:
        return []
    page = store.rows(
        spec.dataset,
        use=store.Use(spec.owner, PURPOSE, person=by),
        filters=[Filter(holder, "eq", people.number_of(party.public_id))],
        fields=[each.name for each in spec.fields],
    )
    return [{name: value for name, value in row.items() if not name.startswith("_")} for row in page.rows]


def _written(spec: ContractSpec, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as a file would bring it: points in WGS 84 as text; projected ones lost the writing they came in."""
    degrees = {each.name for each in spec.fields if each.crs == "EPSG:4326"}
    return {
        name: f"POINT({value['lon']!r} {value['lat']!r})" if isinstance(value, dict) and name in degrees else value
        for name, value in row.items()
    }


class RegisterRemedy(_AtTheSource):
    """Copies of a national register's answers: erased here, corrected at the register."""

    @transaction.atomic
    def erase(self, party: Party, key: str, *, by: User) -> None:
        """Delete the copies, and destroy their key."""
        access.require_power(by, "people.correct")
        person = people.joined_hash(party.public_id, context=people.JOINED)
        RegisterCopy.objects.filter(person=person).delete()
        keys.destroy(scope_of(person))


class SharesRemedy(_AtTheSource):
    """Facts that the person shares: taken back, and their words forgotten."""

    def erase(self, party: Party, key: str, *, by: User) -> None:
        """Take all of them back and forget for whom and what for."""
        access.require_power(by, "people.correct")
        shares.forget(party.public_id)


class AccessesRemedy(_AtTheSource):
    """Who saw one's data: kept by law, as the proof that the person has."""

    def erase(self, party: Party, key: str, *, by: User) -> None:
        """Refuse.

        Raises:
            BadInput: always, with the law.
        """
        raise BadInput(
            _("The law keeps this (Decree 47/2020 article 49): it is the person's own proof of who used their data."),
            code="kept_by_law",
        )


REMEDIES: Final[dict[str, Remedy]] = {
    "party": PartyRemedy(),
    "dataset": DatasetRemedy(),
    "register": RegisterRemedy(),
    "shares": SharesRemedy(),
    "accesses": AccessesRemedy(),
}
