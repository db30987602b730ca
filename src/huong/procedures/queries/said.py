"""What rules found, said in the reader's language."""

from collections.abc import Iterable

from django.utils.translation import get_language, gettext

from huong.procedures.rules.fields import Fault, FormField
from huong.procedures.rules.nouns import Requirement


def said(faults: Iterable[Fault]) -> dict[str, str]:
    """Return what is wrong with the fields of a form: path to sentence."""
    return {fault.path: gettext(fault.sentence) % fault.values for fault in faults}


def called(each: FormField) -> str:
    """Return how a field is called, in the reader's language."""
    return each.title_en if _english() else each.title


def paper_called(need: Requirement) -> str:
    """Return how a paper is called, in the reader's language."""
    return need.name_en if _english() and need.name_en else need.name


def _english() -> bool:
    return (get_language() or "vi").startswith("en")
