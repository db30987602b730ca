"""What a value means in Vietnam: one registry of semantic types, each told in one place.

A semantic type is a normaliser, a validator, a description and test cases, written as Ibis expressions.
This package imports no engine; `ibis` is loaded when a type is first compiled, which only jobs do.
"""

from huong.catalogue.types import codes, geo, identifiers, moments, numbers, texts
from huong.catalogue.types.base import Context, SemanticType

REGISTRY: dict[str, SemanticType] = {
    found.name: found for module in (identifiers, moments, texts, numbers, geo, codes) for found in module.TYPES
}


def semantic_type(name: str, logical_type: str = "string") -> SemanticType:
    """Return the semantic type of a field: the one it names, or the plain one of its logical type."""
    if name.startswith("code:"):
        return codes.CODE
    return REGISTRY[name] if name else PLAIN[logical_type]


PLAIN: dict[str, SemanticType] = {
    "string": REGISTRY["text.free"],
    "integer": REGISTRY["number.integer"],
    "number": REGISTRY["number.plain"],
    "boolean": REGISTRY["boolean.yes_no"],
    "date": REGISTRY["vn.date"],
    "timestamp": REGISTRY["vn.datetime"],
    "point": REGISTRY["geo.point"],
}

__all__ = ["PLAIN", "REGISTRY", "Context", "SemanticType", "semantic_type"]
