"""What rules found, said in the reader's language."""

from collections.abc import Iterable

from django.utils.translation import gettext

from huong.procedures.rules.fields import Fault


def said(faults: Iterable[Fault]) -> dict[str, str]:
    """Return what is wrong with the fields of a form: path to sentence."""
    return {fault.path: gettext(fault.sentence) % fault.values for fault in faults}
