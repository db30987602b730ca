"""The catalogue of procedures, read: documents in memory, renewed when a version changes."""

import time as time_module
from collections.abc import Iterable
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base.errors import NotFound
from huong.procedures.models import CatalogueEdition, Gloss, Procedure, ProcedureVersion
from huong.procedures.rules import flow, nouns
from huong.procedures.rules.nouns import Document

FRESH_SECONDS = 1.0
_seen: list[tuple[float, str]] = []


def forget() -> None:
    """Look at the edition again: a version has changed in this process."""
    _seen.clear()


def edition() -> str:
    """Return the stamp of the catalogue in force; a change made in another process is seen within a second."""
    now = time_module.monotonic()
    if not _seen or now - _seen[0][0] > FRESH_SECONDS:
        stamp = CatalogueEdition.objects.values_list("stamp", flat=True).first() or ""
        _seen[:] = [(now, stamp)]
    return _seen[0][1]


@lru_cache(maxsize=512)
def _document(version_id: int, _digest: str) -> Document:
    return nouns.document(ProcedureVersion.objects.values_list("body", flat=True).get(pk=version_id))


def document_of(version: ProcedureVersion) -> Document:
    """Return what a version says. Published ones never change, so they are read once per process."""
    return nouns.document(version.body) if version.state == "draft" else _document(version.pk, version.digest)


def document_by_id(version_id: int) -> Document:
    """Return what a published or retired version says, by its id, without a query once it was read."""
    return _document(version_id, "")


@lru_cache(maxsize=2)
def _in_force(_edition: str) -> dict[str, ProcedureVersion]:
    found = ProcedureVersion.objects.filter(state="published").select_related("procedure").defer("body")
    return {version.procedure.code: version for version in found}


def in_force(code: str) -> ProcedureVersion | None:
    """Return the version of a procedure that new dossiers get; None if its flow is not modelled."""
    return _in_force(edition()).get(code)


def procedure(code: str) -> Procedure:
    """Return a procedure of the city's list.

    Raises:
        NotFound: the list has none with this code.
    """
    found = Procedure.objects.filter(code=code).first()
    if found is None:
        raise NotFound(_("The city's list has no procedure %(code)s.") % {"code": code[:40]})
    return found


def current(code: str) -> tuple[ProcedureVersion, Document]:
    """Return the version in force of a procedure, and what it says.

    Raises:
        NotFound: there is no such procedure, or none of its versions is in force.
    """
    version = in_force(code)
    if version is None:
        procedure(code)
        raise NotFound(_("This procedure is taken in at the counter; it has no form here yet."), code="not_modelled")
    return version, document_by_id(version.pk)


@lru_cache(maxsize=2)
def _names(_edition: str) -> dict[str, tuple[str, str]]:
    return {code: (vi, en or vi) for code, vi, en in Procedure.objects.values_list("code", "name", "name_en")}


def procedure_name(code: str) -> str:
    """Return the name of a procedure in the reader's language; its code if the list does not know it."""
    vi, en = _names(edition()).get(code, (code, code))
    return en if (get_language() or "vi").startswith("en") else vi


@lru_cache(maxsize=2)
def _glosses(_edition: str) -> dict[str, str]:
    return dict(Gloss.objects.values_list("text", "english"))


def in_english(text: str) -> str:
    """Return the city's English of a short text of its catalogue; empty if it has none."""
    return _glosses(edition()).get(text, "")


def worded(text: str) -> str:
    """Return a domain or a remark of the catalogue in the reader's language; as it stands if there is no English."""
    return (in_english(text) or text) if (get_language() or "vi").startswith("en") else text


def cited(text: str) -> str:
    """Return a law or another text by which something holds: its title, and for a reader of English what that means."""
    english = in_english(text) if (get_language() or "vi").startswith("en") else ""
    return f"{text} ({english})" if english else text


def domains() -> list[tuple[str, str]]:
    """Return the domains of the city's list, each with its name in the reader's language, by that name."""
    found = Procedure.objects.filter(is_active=True).exclude(domain="").values_list("domain", flat=True).distinct()
    return sorted(((each, worded(each)) for each in found.order_by("domain")), key=lambda pair: pair[1])


def state_name(state: str, version_id: int | None = None) -> str:
    """Return the name of a state in the reader's language, as the version names it."""
    rule = document_by_id(version_id).flow if version_id else nouns.FlowRule()
    own = rule.names.get(state, {})
    return own.get((get_language() or "vi")[:2]) or _(flow.STATES[state].name)


def versions_of(code: str) -> list[ProcedureVersion]:
    """Return every version of a procedure, newest first."""
    return list(ProcedureVersion.objects.filter(procedure__code=code).order_by("-number"))


def modelled() -> Iterable[str]:
    """Return the codes of procedures with a version in force."""
    return _in_force(edition()).keys()


def choices(*, modelled_only: bool = True) -> list[tuple[str, str]]:
    """Return (code, name) of procedures for choosing, by name; from memory.

    Args:
        modelled_only: only those with a version in force; a city's whole list has thousands.
    """
    codes = modelled() if modelled_only else _names(edition()).keys()
    return sorted(((code, procedure_name(code)) for code in codes), key=lambda pair: pair[1])


def needs_unit(version_id: int) -> bool:
    """Return whether the ward or commune must be named, since its People's Committee answers."""
    return document_by_id(version_id).agency == "unit"
