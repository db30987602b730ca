"""The fields of a contract in words: what each is and what it must be."""

from typing import Any

from django.utils.translation import gettext as _

from huong.catalogue import types
from huong.catalogue.rules import ContractSpec, FieldSpec
from huong.catalogue.rules.words import range_text
from huong.web.datasets import language


def of(spec: ContractSpec) -> list[dict[str, Any]]:
    """Return one line per field of a contract."""
    return [
        {"name": found.name, "title": found.title(language()), "type": type_of(found), "must": must_of(found, spec)}
        for found in spec.fields
    ]


def column_title(column: str, found: FieldSpec) -> str:
    """Return the title of a column that brings a field; a place made of two columns names which of them it is."""
    title = found.title(language())
    if len(found.source) < 2:
        return title
    first = column == found.source[0]
    if found.crs not in ("", "EPSG:4326"):
        return f"{title}: {_('north (X)') if first else _('east (Y)')}"
    return f"{title}: {_('latitude') if first else _('longitude')}"


def type_of(found: FieldSpec) -> str:
    """Return what a field is: its semantic type in words, else its plain type."""
    if found.code_list:
        return _("code of the list “%(name)s”") % {"name": found.code_list}
    known = types.REGISTRY.get(found.semantic)
    if known is not None and found.semantic != "text.free":
        return known.describe_vi if language() == "vi" else known.describe_en
    return {
        "string": _("text"),
        "integer": _("whole number"),
        "number": _("number"),
        "boolean": _("yes or no"),
        "date": _("date"),
        "timestamp": _("point in time"),
        "point": _("place on the map"),
    }[found.logical_type]


def must_of(found: FieldSpec, spec: ContractSpec) -> str:
    """Return what is asked of a field's values, in a few words."""
    parts = [
        _("key") if found.name in spec.key else "",
        _("required") if found.required else (_("expected") if found.expected else ""),
        _("only once") if found.unique and spec.key != (found.name,) else "",
        range_text(found) if found.limits.has_range else "",
        _("one of: %(values)s") % {"values": ", ".join(found.values[:6])} if found.values else "",
        _("stands in “%(dataset)s”") % {"dataset": found.reference.dataset} if found.reference else "",
        _("identifies a person") if found.identifying else "",
    ]
    return ", ".join(part for part in parts if part) or _("may be empty")
