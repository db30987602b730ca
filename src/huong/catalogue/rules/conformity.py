"""Whether a document follows the Open Data Contract Standard: its own JSON Schema, in sentences for a clerk.

Source: ODCS v3.2.0, the schema that ships with the package `open-data-contract-standard`.
"""

import json
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from huong.base.text import noop
from huong.catalogue.rules.problems import Document, Path

VERSIONS: Final = ("v3.0.0", "v3.0.1", "v3.0.2", "v3.1.0", "v3.2.0")
_KINDS: Final = {
    "string": noop("a text"),
    "integer": noop("a whole number"),
    "number": noop("a number"),
    "boolean": noop("true or false"),
    "object": noop("a group of names with values"),
    "array": noop("a list, each line beginning with “-”"),
}


@lru_cache(maxsize=1)
def _validator() -> Any:
    import jsonschema

    schema = json.loads((files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


def conform(document: Document) -> None:
    """Add a problem for everything in which a document departs from the standard."""
    for error in _validator().iter_errors(document.value):
        _tell(document, error)


def _tell(document: Document, error: Any) -> None:
    if error.context:
        for inner in _nearest(error):
            _tell(document, inner)
        return
    path: Path = tuple(error.absolute_path)
    teller = _TELLERS.get(error.validator, _tell_other)
    teller(document, path, error)


def _nearest(error: Any) -> list[Any]:
    """Return the complaints of the alternative that the author most likely meant."""
    groups: dict[Any, list[Any]] = {}
    for inner in error.context:
        groups.setdefault(inner.schema_path[0], []).append(inner)
    return min(groups.values(), key=lambda group: (-max(len(inner.path) for inner in group), len(group)))


def _tell_required(document: Document, path: Path, error: Any) -> None:
    missing = [name for name in error.validator_value if name not in error.instance]
    for name in missing:
        document.add(path, noop("“%(label)s:” is missing in this part."), label=name)


def _tell_unknown(document: Document, path: Path, error: Any) -> None:
    for name in _extras(error):
        near = get_close_matches(name, _known(error), n=1)
        sentence = noop("The standard has no “%(label)s” here. Own facts belong under “customProperties”.")
        if near:
            sentence = noop("The standard has no “%(label)s” here. Did you mean “%(near)s”?")
        document.add((*path, name), sentence, name=True, label=name, near=near[0] if near else "")


def _extras(error: Any) -> list[str]:
    known = set(_known(error))
    return [name for name in error.instance if name not in known] if isinstance(error.instance, dict) else []


def _known(error: Any) -> list[str]:
    return sorted(_names_in(error.schema, 0))


def _names_in(schema: Any, depth: int) -> set[str]:
    """Return the names that a schema allows, through its references and alternatives."""
    if not isinstance(schema, dict) or depth > 8:
        return set()
    names = set(schema.get("properties", {}))
    if "$ref" in schema:
        names |= _names_in(_validator().schema["$defs"][schema["$ref"].split("/")[-1]], depth + 1)
    for word in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(word, []):
            names |= _names_in(part, depth + 1)
    for word in ("then", "else"):
        names |= _names_in(schema.get(word), depth + 1)
    return names


def _tell_kind(document: Document, path: Path, error: Any) -> None:
    wanted = error.validator_value if isinstance(error.validator_value, str) else error.validator_value[0]
    document.add(path, noop("Here should stand %(kind)s."), kind=_KINDS.get(wanted, wanted))


def _tell_choice(document: Document, path: Path, error: Any) -> None:
    allowed = ", ".join(str(value) for value in error.validator_value)
    document.add(
        path,
        noop("“%(value)s” is not possible here. Choose one of: %(allowed)s."),
        value=error.instance,
        allowed=allowed,
    )


def _tell_pattern(document: Document, path: Path, error: Any) -> None:
    document.add(path, noop("“%(value)s” has characters that are not possible here."), value=error.instance)


def _tell_other(document: Document, path: Path, error: Any) -> None:
    document.add(path, noop("This part does not follow the standard (%(rule)s)."), rule=error.validator)


_TELLERS: Final = {
    "required": _tell_required,
    "additionalProperties": _tell_unknown,
    "unevaluatedProperties": _tell_unknown,
    "type": _tell_kind,
    "enum": _tell_choice,
    "pattern": _tell_pattern,
}
