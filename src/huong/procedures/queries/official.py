"""The official forms that stand among a dossier's papers, or are being made for an act of a moment ago."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from huong.base import city
from huong.procedures.models import Action, Component
from huong.procedures.rules.official import BY_VERB, FORMS, key_of, signs_of


@dataclass(frozen=True)
class Issued:
    """One official form: which, its number once it has one, and when its act was done."""

    key: str
    form: str
    title: str
    number: str
    at: datetime


def sign_of(form: str) -> str:
    """Return the city's own sign for a form; empty if it has none."""
    return signs_of(city.facts().get("official_forms")).get(form, "")


def forms_of(actions: Iterable[Action], parts: Iterable[Component], *, for_applicant: bool = False) -> list[Issued]:
    """Return the forms of a dossier's acts, newest first.

    Args:
        for_applicant: only those that are handed to whoever applies.
    """
    held = {part.key: part.type for part in parts if part.kind == "form"}
    found = [
        Issued(key_of(form, each.number), form, _(FORMS[form].title), held.get(key_of(form, each.number), ""), each.at)
        for each in actions
        if (form := BY_VERB.get(each.verb, ""))
        and not each.facts.get("past")
        and (FORMS[form].for_applicant or not for_applicant)
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)
