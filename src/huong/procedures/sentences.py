"""What the rules find wrong, said to a clerk or a citizen."""

from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as noop

from huong.procedures.rules.codes import DayIsFull, Fault

_FAULTS: Final = {
    "form": noop("A personal id has 12 digits and nothing else."),
    "length": noop("A personal id has 12 digits; this one has %(count)s."),
    "old_id": noop("This is the number of an old identity card (9 digits). Give the personal id with 12 digits."),
    "place": noop("The first three digits name no place of birth registration. Look at the card again."),
    "century": noop(
        "The fourth digit tells century and sex: it says that this person is born in %(year)s, which is yet to come. "
        "Look at the card again."
    ),
    "birth_year": noop(
        "The personal id tells %(told)s as the year of birth, the form says %(said)s. One of them is wrong."
    ),
    "sex": noop("The personal id tells another sex than the form. One of them is wrong."),
    "tax_form": noop(
        "A tax code has 10 digits, 13 for a branch; persons and household businesses use their personal id."
    ),
    "branch": noop("The last three digits number a branch from 001 on; 000 is none."),
    "check_digit": noop(
        "The tenth digit of this tax code does not fit the nine before it: one of them is misread or mistyped."
    ),
}


def fault(found: Fault) -> str:
    """Return what is wrong with a number, in a sentence that never repeats the number."""
    return gettext(_FAULTS[found.code]) % found.details


def day_is_full(refused: DayIsFull) -> str:
    """Return why a dossier gets no code today, and what to do."""
    return gettext(
        "%(agency)s has used all of its 9,999 dossier numbers of %(day)s. The dossier is kept as it was sent. "
        "Accept it on the next working day, or at a counter that has an agency code of its own."
    ) % {"agency": refused.agency, "day": f"{refused.day:%d/%m/%Y}"}
