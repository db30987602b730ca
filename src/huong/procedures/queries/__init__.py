"""What others may read of procedures."""

from huong.procedures.queries.catalogue import (
    current,
    document_by_id,
    document_of,
    in_force,
    modelled,
    procedure,
    procedure_name,
    state_name,
    versions_of,
)
from huong.procedures.queries.values import answers_of, parts_of, words_of

__all__ = [
    "answers_of",
    "current",
    "document_by_id",
    "document_of",
    "in_force",
    "modelled",
    "parts_of",
    "procedure",
    "procedure_name",
    "state_name",
    "versions_of",
    "words_of",
]
