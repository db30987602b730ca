"""What others may read of procedures."""

from huong.procedures.queries.catalogue import (
    choices,
    current,
    document_by_id,
    document_of,
    in_force,
    modelled,
    needs_unit,
    procedure,
    procedure_name,
    state_name,
    versions_of,
)
from huong.procedures.queries.lists import (
    Wanted,
    Work,
    dossiers_for,
    is_only_asked,
    questions_due,
    require_visible,
    require_whole,
    visible_to,
    work_of,
)
from huong.procedures.queries.values import answers_of, parts_of, words_of

__all__ = [
    "Wanted",
    "Work",
    "answers_of",
    "choices",
    "current",
    "document_by_id",
    "document_of",
    "dossiers_for",
    "in_force",
    "is_only_asked",
    "modelled",
    "needs_unit",
    "parts_of",
    "procedure",
    "procedure_name",
    "questions_due",
    "require_visible",
    "require_whole",
    "state_name",
    "versions_of",
    "visible_to",
    "words_of",
    "work_of",
]
