"""The fields of a contract, read from the `properties` of an ODCS document."""

import re
from collections.abc import Container, Mapping
from difflib import get_close_matches
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from huong.base.text import noop
from huong.catalogue.rules.fields import FieldSpec, Reference, Severity
from huong.catalogue.rules.parsed_rules import library_checks
from huong.catalogue.rules.parts import Extras, items, limits_of, logical_type_of
from huong.catalogue.rules.problems import Document, Path

NAME: Final = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
REFERENCE: Final = re.compile(r"^([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)$")
CRS: Final = re.compile(r"^EPSG:\d{4,6}$")
DAY: Final = re.compile(r"^\d{4}-\d{2}-\d{2}$")
RESERVED: Final = frozenset({"_row", "_rules", "_commit", "_load"})


class Semantic(NamedTuple):
    """What the contract needs to know of a semantic type."""

    base: str
    identifying: bool


class FieldReader:
    """Reads the fields of one document."""

    def __init__(
        self, document: Document, semantics: Mapping[str, Semantic], code_lists: Container[str] | None
    ) -> None:
        self.document = document
        self.semantics = semantics
        self.code_lists = code_lists
        self.keys: list[tuple[int, str]] = []
        self.partitions: list[str] = []

    def fields_of(self, table: dict[str, Any], path: Path) -> tuple[FieldSpec, ...]:
        """Return the fields, and note what is wrong with them."""
        found: dict[str, FieldSpec] = {}
        for position, part in items(table, "properties"):
            here = (*path, "properties", position)
            spec = self._field(part, here)
            if spec.name in found:
                self.document.add(
                    (*here, "name"), noop("Two fields are called “%(label)s”. Names must differ."), label=spec.name
                )
            found[spec.name] = spec
        if not found:
            self.document.add((*path, "properties"), noop("The table has no fields yet: “properties:” is empty."))
        self._require_dates(found, path)
        self._require_births(found, path)
        for position, _relation in items(table, "relationships"):
            self.document.add(
                (*path, "relationships", position), noop("Write the relation at the field that it belongs to.")
            )
        return tuple(found.values())

    def key(self) -> tuple[str, ...]:
        """Return the names of the key's fields in the order of `primaryKeyPosition`."""
        return tuple(name for _, name in sorted(self.keys))

    def partition(self) -> str:
        """Return the field the table is partitioned by; at most one."""
        if len(self.partitions) > 1:
            self.document.add(("schema", 0, "properties"), noop("Only one field may be the partition."))
        return self.partitions[0] if self.partitions else ""

    def _field(self, part: dict[str, Any], path: Path) -> FieldSpec:
        name = str(part.get("name", ""))
        self._require_name(name, path)
        extras = Extras(self.document, part, path)
        semantic = extras.text("semanticType")
        known = self._semantic(semantic, extras)
        logical = logical_type_of(self.document, part, path, known.base if known else "")
        kinds = library_checks(self.document, part, path)
        if part.get("primaryKey") is True:
            self.keys.append((int(part.get("primaryKeyPosition") or len(self.keys) + 1), name))
        if part.get("partitioned") is True:
            self.partitions.append(name)
        spec = FieldSpec(
            name=name,
            title_vi=str(part.get("businessName") or name),
            title_en=extras.text("titleEn") or str(part.get("businessName") or name),
            logical_type=logical,
            semantic=semantic,
            source=self._source(part),
            required=part.get("required") is True,
            expected="required" in kinds,
            unique=part.get("unique") is True or "unique" in kinds,
            identifying=extras.flag("identifying", default=bool(known and known.identifying)),
            unit=extras.text("unit"),
            zone=self._zone(part, extras, path) if logical == "timestamp" else "",
            crs=self._crs(extras),
            as_of=extras.text("unitAsOf") or None,
            birth_field=extras.text("birthField"),
            values=self._values(part, kinds),
            limits=limits_of(self.document, part, path),
            reference=self._reference(part, path),
            severities=self._severities(kinds, extras),
            description=str(part.get("description") or ""),
            classification=str(part.get("classification") or ""),
        )
        self._require_pair(spec, path)
        return spec

    def _require_name(self, name: str, path: Path) -> None:
        if name and (not NAME.match(name) or name in RESERVED):
            self.document.add(
                (*path, "name"),
                noop("“%(label)s” cannot name a field: small letters without accents, digits and _. "
                     "What the file calls it goes into “physicalName”."),
                label=name,
            )  # fmt: skip

    def _semantic(self, name: str, extras: Extras) -> Semantic | None:
        if not name:
            return None
        if name.startswith("code:"):
            if self.code_lists is not None and name[5:] not in self.code_lists:
                self.document.add(
                    extras.path("semanticType"),
                    noop("There is no code list “%(label)s”. Load it first."),
                    label=name[5:],
                )
            return Semantic("string", identifying=False)
        if name not in self.semantics:
            near = get_close_matches(name, self.semantics, n=1) or sorted(self.semantics)[:1]
            self.document.add(
                extras.path("semanticType"),
                noop("There is no semantic type “%(label)s”. Did you mean “%(near)s”?"),
                label=name,
                near=near[0] if near else "",
            )
            return None
        return self.semantics[name]

    @staticmethod
    def _source(part: dict[str, Any]) -> tuple[str, ...]:
        pair = part.get("transformSourceObjects")
        if isinstance(pair, list) and pair:
            return tuple(str(column) for column in pair)
        return (str(part.get("physicalName") or part.get("name") or ""),)

    def _require_pair(self, spec: FieldSpec, path: Path) -> None:
        if len(spec.source) > 1 and (spec.logical_type != "point" or len(spec.source) != 2):
            self.document.add(
                (*path, "transformSourceObjects"),
                noop(
                    "Only a point is made of two columns: first the latitude (or north), then the longitude (or east)."
                ),
            )

    def _zone(self, part: dict[str, Any], extras: Extras, path: Path) -> str:
        options = part.get("logicalTypeOptions")
        written = extras.text("zone") or str(
            (options if isinstance(options, dict) else {}).get("defaultTimezone") or ""
        )
        if not written:
            self.document.add(
                path,
                noop("Say in which zone the times of “%(label)s” are, such as defaultTimezone: Asia/Ho_Chi_Minh."),
                label=part.get("name", "?"),
            )
            return "UTC"
        try:
            ZoneInfo(written)
        except (KeyError, ValueError, OSError):
            near = get_close_matches(written, available_timezones(), n=1) or ["Asia/Ho_Chi_Minh"]
            self.document.add(
                extras.path("zone") or (*path, "logicalTypeOptions", "defaultTimezone"),
                noop("There is no time zone “%(label)s”. Did you mean “%(near)s”?"),
                label=written,
                near=near[0],
            )
            return "UTC"
        return written

    def _crs(self, extras: Extras) -> str:
        crs = extras.text("crs") or "EPSG:4326"
        if not CRS.match(crs):
            self.document.add(extras.path("crs"), noop("Write the reference system as a code, such as EPSG:4326."))
            return "EPSG:4326"
        return crs

    @staticmethod
    def _values(part: dict[str, Any], kinds: dict[str, tuple[Severity, Any]]) -> tuple[str, ...]:
        listed = part.get("enum")
        if isinstance(listed, list):
            return tuple(_text(item.get("value") if isinstance(item, dict) else item) for item in listed)
        named = kinds.get("values", (None, ()))[1] or ()
        return tuple(_text(value) for value in named)

    def _reference(self, part: dict[str, Any], path: Path) -> Reference | None:
        for position, relation in items(part, "relationships"):
            match = REFERENCE.match(str(relation.get("to", "")))
            if match:
                return Reference(match[1], match[2])
            self.document.add((*path, "relationships", position, "to"), noop("Write the relation as dataset.field."))
        return None

    @staticmethod
    def _severities(kinds: dict[str, tuple[Severity, Any]], extras: Extras) -> tuple[tuple[str, Severity], ...]:
        found: dict[str, Severity] = {kind: severity for kind, (severity, _) in kinds.items()}
        written = extras.get("severities")
        for kind, severity in (written if isinstance(written, dict) else {}).items():
            found[str(kind)] = "flag" if severity == "flag" else "reject"
        return tuple(sorted(found.items()))

    def _require_dates(self, found: dict[str, FieldSpec], path: Path) -> None:
        """Refuse a unit whose date is neither a day nor a field, since codes were given to other wards in 2025."""
        for position, spec in enumerate(found.values()):
            if spec.semantic != "vn.unit":
                continue
            here = (*path, "properties", position)
            if spec.as_of is None:
                self.document.add(
                    here,
                    noop("Ward codes were given anew on 1 July 2025. Say with “unitAsOf” from which day the codes of "
                         "“%(label)s” are, or which field dates each row."),
                    label=spec.name,
                )  # fmt: skip
            elif not DAY.match(spec.as_of) and (
                spec.as_of not in found or found[spec.as_of].logical_type not in ("date", "timestamp")
            ):
                self.document.add(
                    here, noop("“unitAsOf” should be a day, such as 2025-07-01, or a date field of this contract.")
                )

    def _require_births(self, found: dict[str, FieldSpec], path: Path) -> None:
        for position, spec in enumerate(found.values()):
            named = found.get(spec.birth_field)
            if spec.birth_field and (named is None or named.logical_type != "date" or spec.semantic != "vn.citizen_id"):
                self.document.add(
                    (*path, "properties", position),
                    noop("“birthField” belongs to a personal id and names a date field of this contract."),
                )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
