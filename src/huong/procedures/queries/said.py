"""What rules found, said in the reader's language."""

from collections.abc import Iterable

from django.utils.translation import gettext

from huong.procedures.rules.fields import Fault


def in_words(fault: Fault) -> str:
    """Return what is wrong, in one sentence."""
    return gettext(fault.sentence) % fault.values


def said(faults: Iterable[Fault]) -> dict[str, str]:
    """Return what is wrong with the fields of a form: path to sentence."""
    return {fault.path: in_words(fault) for fault in faults}
