"""Numbers of dossiers and of blank forms, and what is wrong with a number of a person or a firm.

Source: Circular 01/2018/TT-VPCP Art 19 (dossier code: agency, day of acceptance, number within the day); Decision
20/2020/QĐ-TTg Art 4 (agency codes); ISO/IEC 7064 MOD 11,10 (the check digit of blank forms); Decree 137/2015 Art 13 and
Circular 07/2016 Art 7 (personal id); Circular 105/2020 Art 5 (tax code).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal

from huong.base.text import noop
from huong.catalogue.types.identifiers import PROVINCES, citizen_id_parts, tax_check_digit

MOST_OF_A_DAY: Final = 9_999
MOST_BLANKS: Final = 99_999
THIS_CENTURY: Final = 2000
OLD_ID: Final = 9
BRANCH: Final = 13

_AGENCY: Final = r"[A-Y]\d\d(?:\.[A-Z0-9]+)*"
_DOSSIER: Final = re.compile(rf"({_AGENCY})-(\d{{6}})-(\d{{4}})")
_OLD_AGENCY: Final = re.compile(r"^([0-9A-Z]{3})\.([0-9A-Z]{2})\.([0-9A-Z]{2})\.([A-Y]\d\d)(?=-|$)")
_BLANK: Final = re.compile(rf"({_AGENCY})-T(\d\d)-(\d{{5}})-(\d)")
_PLACE: Final = re.compile(rf"(?:{PROVINCES}|[1-9]\d\d)")

_FORM: Final = noop("A personal id has 12 digits and nothing else.")
_LENGTH: Final = noop("A personal id has 12 digits; this one has %(count)s.")
_OLD: Final = noop("This is the number of an old identity card (9 digits). Give the personal id with 12 digits.")
_NO_PLACE: Final = noop("The first three digits name no place of birth registration. Look at the card again.")
_CENTURY: Final = noop(
    "The fourth digit tells century and sex: it says that this person is born in %(year)s, which is yet to come. "
    "Look at the card again."
)
_BIRTH_YEAR: Final = noop(
    "The personal id tells %(told)s as the year of birth, the form says %(said)s. One of them is wrong."
)
_SEX: Final = noop("The personal id tells another sex than the form. One of them is wrong.")
_TAX_FORM: Final = noop(
    "A tax code has 10 digits, 13 for a branch; persons and household businesses use their personal id."
)
_BRANCH: Final = noop("The last three digits number a branch from 001 on; 000 is none.")
_CHECK: Final = noop(
    "The tenth digit of this tax code does not fit the nine before it: one of them is misread or mistyped."
)


@dataclass(frozen=True)
class DossierCode:
    """What a dossier code tells: who accepted the dossier, on which day, and which of that day it is."""

    agency: str
    day: date
    number: int

    def __str__(self) -> str:
        return f"{self.agency}-{self.day:%y%m%d}-{self.number:04d}"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a number.

    Attributes:
        code: stable, such as "birth_year".
        sentence: for a person, to be translated; it never repeats the number.
        values: what the sentence names.
    """

    code: str
    sentence: str
    values: Mapping[str, int] = field(default_factory=dict)


def dossier_code(agency: str, day: date, number: int) -> str:
    """Return the code of a dossier, given once, when it is accepted.

    Args:
        agency: the code of the agency that accepts it, such as "H57.32".
        day: the day of acceptance; for one taken in on a blank form, the day on the form.
        number: which of that day it is at that agency, from 1.

    Raises:
        ValueError: the agency code or the number is none; the 10,000th of a day has no code.

    >>> dossier_code("H57.32", date(2026, 11, 24), 7)
    'H57.32-261124-0007'
    """
    if not 1 <= number <= MOST_OF_A_DAY or not re.fullmatch(_AGENCY, agency):
        raise ValueError(f"{agency} cannot give a dossier the number {number}")
    return str(DossierCode(agency, day, number))


def read_dossier_code(text: str) -> DossierCode | None:
    """Return what a dossier code tells, however somebody wrote it; None if it is none.

    Small letters, spaces and long dashes are forgiven; the old form of agency codes is turned into the new one.

    >>> str(read_dossier_code("000.00.14.h57 - 261124 - 0007"))
    'H57.14-261124-0007'
    """
    bare = re.sub(r"\s", "", text).upper().replace("–", "-").replace("—", "-")
    found = _DOSSIER.fullmatch(_new_agency(bare))
    if not found or found[3] == "0000":
        return None
    try:
        day = datetime.strptime(found[2], "%y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
    return DossierCode(found[1], day, int(found[3]))


def _new_agency(text: str) -> str:
    """Turn the old form of an agency code, lowest level first, into the new one without empty levels at its end."""
    old = _OLD_AGENCY.match(text)
    agency, rest = (f"{old[4]}.{old[3]}.{old[2]}.{old[1]}", text[old.end() :]) if old else text.partition("-")[::2]
    return re.sub(r"(?:\.0+)+$", "", agency) + (rest if old else f"-{rest}")


def blank_number(agency: str, year: int, serial: int) -> str:
    """Return the number printed on a blank form that is kept for the hour without power.

    It is no dossier code: that one is given when the form is entered, for the day written on it. Its last digit tells
    a number that was misread.

    Args:
        agency: the agency that keeps the form.
        year: the year of printing, in full.
        serial: from 1 to 99,999, never used twice in a year.

    Raises:
        ValueError: the agency code or the serial is none.

    >>> blank_number("H57.32", 2026, 42)
    'H57.32-T26-00042-4'
    """
    if not 1 <= serial <= MOST_BLANKS or not re.fullmatch(_AGENCY, agency):
        raise ValueError(f"{agency} has no blank form {serial}")
    body = f"{agency}-T{year % 100:02d}-{serial:05d}"
    return f"{body}-{_check_digit(body)}"


def read_blank_number(text: str) -> tuple[str, int, int] | None:
    """Return agency, year and serial of a blank form; None if it is none or a digit was misread.

    >>> read_blank_number("h57.32-t26-00042-4"), read_blank_number("H57.32-T26-00043-4")
    (('H57.32', 2026, 42), None)
    """
    bare = re.sub(r"\s", "", text).upper().replace("–", "-").replace("—", "-")
    found = _BLANK.fullmatch(bare)
    if not found or found[4] != str(_check_digit(bare[:-2])) or found[3] == "00000":
        return None
    return found[1], THIS_CENTURY + int(found[2]), int(found[3])


def _check_digit(body: str) -> int:
    """Return the ISO 7064 MOD 11,10 check digit over the digits of a text."""
    product = 10
    for digit in re.sub(r"\D", "", body):
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10


def plain(number: str) -> str:
    """Return a personal id or a tax code as it is kept, however it was typed; anything else as it is.

    >>> plain("046 190 001 234"), plain("33.0010.1156"), plain("0314409058002"), plain("chưa có")
    ('046190001234', '3300101156', '0314409058-002', 'chưa có')
    """
    bare = re.sub(r"[\s.\-]", "", number)
    if not re.fullmatch(r"[0-9]+", bare):
        return number
    return f"{bare[:10]}-{bare[10:]}" if len(bare) == BRANCH else bare


def citizen_id_faults(
    number: str, *, today: date, born: date | None = None, sex: Literal["male", "female"] | None = None
) -> tuple[Fault, ...]:
    """Return what is wrong with a personal id, by itself and beside what the form says; empty if nothing is.

    Args:
        number: as typed; spaces and points are forgiven.
        today: nobody is born after it.
        born: the birth date the form says, if it does.
        sex: the sex the form says, if it does.

    >>> [fault.code for fault in citizen_id_faults("046490001234", today=date(2026, 11, 27))]
    ['century']
    """
    bare = re.sub(r"[\s.\-]", "", number)
    if not re.fullmatch(r"[0-9]{12}", bare):
        return (_not_twelve(bare),)
    _place, year, told = citizen_id_parts(bare)
    if year > today.year:
        return (Fault("century", _CENTURY, {"year": year}),)
    found = []
    if not _PLACE.match(bare):
        found.append(Fault("place", _NO_PLACE))
    if born is not None and year != born.year:
        found.append(Fault("birth_year", _BIRTH_YEAR, {"told": year, "said": born.year}))
    if sex is not None and told != sex:
        found.append(Fault("sex", _SEX))
    return tuple(found)


def _not_twelve(bare: str) -> Fault:
    if not re.fullmatch(r"[0-9]+", bare):
        return Fault("form", _FORM)
    return Fault("old_id", _OLD) if len(bare) == OLD_ID else Fault("length", _LENGTH, {"count": len(bare)})


def tax_code_faults(number: str, *, today: date) -> tuple[Fault, ...]:
    """Return what is wrong with a tax code: of a firm, of its branch, or the personal id of a person or household.

    >>> tax_code_faults("0100233488", today=date(2026, 11, 27))
    ()
    >>> [fault.code for fault in tax_code_faults("0100233489", today=date(2026, 11, 27))]
    ['check_digit']
    """
    bare = re.sub(r"[\s.\-]", "", number)
    if re.fullmatch(r"[0-9]{12}", bare):
        return citizen_id_faults(bare, today=today)
    if not re.fullmatch(r"[0-9]{10}(?:[0-9]{3})?", bare):
        return (Fault("tax_form", _TAX_FORM),)
    if bare[10:] == "000":
        return (Fault("branch", _BRANCH),)
    if bare[2:9] == "0000000" or tax_check_digit(bare[:9]) != int(bare[9]):
        return (Fault("check_digit", _CHECK),)
    return ()
