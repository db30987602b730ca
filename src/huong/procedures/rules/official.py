"""Which act calls for which official form, how the form is numbered, and whether the applicant gets it. Pure.

Source: Circular 01/2018/TT-VPCP, appendix (forms 01 to 06); Decree 30/2020 article 15 (numbers within the year).
"""

from dataclasses import dataclass
from typing import Final

from huong.base.text import noop


@dataclass(frozen=True)
class Form:
    """One official form.

    Attributes:
        title: as people call it.
        sign: what stands behind its number: "07/TNHS".
        name: of the file.
        for_applicant: whether it is handed to whoever applies; the control sheet stays with offices.
    """

    title: str
    sign: str
    name: str
    for_applicant: bool = True


FORMS: Final = {
    "01": Form(noop("Receipt and appointment"), "TNHS", "giay-tiep-nhan"),
    "02": Form(noop("Request for what is missing"), "BSHS", "yeu-cau-bo-sung"),
    "03": Form(noop("Refusal with its reasons"), "TCHS", "tu-choi"),
    "04": Form(noop("Apology and new appointment"), "XLHS", "xin-loi-hen-lai"),
    "05": Form(noop("Control sheet of its way"), "KSHS", "phieu-kiem-soat", for_applicant=False),
}
BY_VERB: Final = {"accept": "01", "request_supplement": "02", "refuse": "03", "extend": "04", "hand_over": "05"}


def key_of(form: str, number: int) -> str:
    """Return the key under which a form stands among a dossier's papers.

    >>> key_of("02", 5)
    '02-5'
    """
    return f"{form}-{number}"
