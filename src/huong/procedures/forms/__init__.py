"""Forms 01 to 06 of the one-stop counter and the blank ones as PDF: what is said on them, and how they are printed.

Official papers are in Vietnamese whatever language a page is read in; their fixed words stand in the templates.

Source: the forms of Circular 01/2018/TT-VPCP under Decree 61/2018 (kept in kind by Decree 118/2025); the layout of
Decree 30/2020, appendix I.
"""

from huong.procedures.forms.papers import blank_forms, form_01, form_02, form_03, form_04, form_05, form_06
from huong.procedures.forms.values import (
    Apology,
    Applicant,
    Book,
    BookRow,
    ControlSheet,
    Ground,
    Hop,
    Letterhead,
    Paper,
    Receipt,
    Refusal,
    SupplementRequest,
    Wanted,
)

__all__ = [
    "Apology",
    "Applicant",
    "Book",
    "BookRow",
    "ControlSheet",
    "Ground",
    "Hop",
    "Letterhead",
    "Paper",
    "Receipt",
    "Refusal",
    "SupplementRequest",
    "Wanted",
    "blank_forms",
    "form_01",
    "form_02",
    "form_03",
    "form_04",
    "form_05",
    "form_06",
]
