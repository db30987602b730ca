"""Which act calls for which official form, how the form is numbered, and whether the applicant gets it. Pure.

The sign behind the number is the city's own choice and its data (`official_forms` in `city.yaml`): the circular
prescribes the forms and not their signs.

Source: Circular 01/2018/TT-VPCP, appendix (forms 01 to 06); Decree 30/2020 article 15 (numbers within the year).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from huong.base.text import noop


@dataclass(frozen=True)
class Form:
    """One official form.

    Attributes:
        title: as people call it.
        name: of the file.
        for_applicant: whether it is handed to whoever applies; the control sheet stays with offices.
    """

    title: str
    name: str
    for_applicant: bool = True


FORMS: Final = {
    "01": Form(noop("Receipt and appointment"), "giay-tiep-nhan"),
    "02": Form(noop("Request for what is missing"), "yeu-cau-bo-sung"),
    "03": Form(noop("Refusal with its reasons"), "tu-choi"),
    "04": Form(noop("Apology and new appointment"), "xin-loi-hen-lai"),
    "05": Form(noop("Control sheet of its way"), "phieu-kiem-soat", for_applicant=False),
}
BY_VERB: Final = {"accept": "01", "request_supplement": "02", "refuse": "03", "extend": "04", "hand_over": "05"}


SIGN: Final = re.compile(r"[A-ZĐ0-9][A-ZĐ0-9&.-]{0,19}")


def signs_of(told: object) -> dict[str, str]:
    """Return the signs of a city's forms, by form; a form that is left out is numbered without a sign.

    Args:
        told: what `official_forms` of the city says; None if it says nothing.

    Raises:
        ValueError: it names a form that is not numbered, gives two forms one sign, or a sign is none.

    >>> signs_of({"02": "YC"})
    {'02': 'YC'}
    """
    if told is None:
        return {}
    if not isinstance(told, Mapping):
        raise ValueError("official_forms lists no forms")
    signs = {str(form): str(sign) for form, sign in told.items()}
    for form, sign in signs.items():
        if form not in FORMS:
            raise ValueError(f"official_forms: there is no numbered form {form!r}")
        if not SIGN.fullmatch(sign):
            raise ValueError(f"official_forms: {sign!r} is no sign; capital letters, at most 20")
    if len(set(signs.values())) < len(signs):
        raise ValueError("official_forms: two forms have the same sign")
    return signs


def numbered(number: int, sign: str) -> str:
    """Return the number of a form as it is printed.

    >>> numbered(7, "YC"), numbered(12, "")
    ('07/YC', '12')
    """
    return f"{number:02d}/{sign}" if sign else f"{number:02d}"


def key_of(form: str, number: int) -> str:
    """Return the key under which a form stands among a dossier's papers.

    >>> key_of("02", 5)
    '02-5'
    """
    return f"{form}-{number}"
