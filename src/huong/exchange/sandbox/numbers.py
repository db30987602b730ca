"""Identifiers of invented people and firms, by the public rules, in ranges kept for tests. Pure.

Source: Decree 137/2015 article 13 and Circular 07/2016 article 7 (personal id); Circular 105/2020 article 5 (tax code).
"""

from datetime import date
from typing import Final

WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)
GENERATED_FROM: Final = 990_000
CAST_FROM: Final = 999_000


def personal_id(place: str, born: date, sex: str, serial: int) -> str:
    """Return a personal id: place of registration, century and sex, year of birth, serial.

    Args:
        place: three digits.
        sex: "male" or "female".
        serial: six digits; 990000 and above are kept for tests.

    >>> personal_id("046", date(1995, 3, 2), "female", 999_002)
    '046195999002'
    """
    century = 2 * (born.year // 100 - 19) + (sex == "female")
    return f"{place}{century}{born.year % 100:02d}{serial:06d}"


def tax_code(province: str, serial: int) -> str:
    """Return a firm's tax code with its check digit; empty for a serial that is never issued.

    >>> tax_code("33", 10_115)
    '3300101156'
    >>> tax_code("33", 9_000_003)
    ''
    """
    first = f"{province}{serial:07d}"
    check = 10 - sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first, strict=True)) % 11
    return "" if check == 10 else f"{first}{check}"


def age(born: date, on: date) -> int:
    """Return somebody's age in whole years on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
