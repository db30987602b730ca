"""Where an applicant is reached about a dossier, and by what she finds it again without signing in."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from huong.base import keys
from huong.journal import actions as journal
from huong.people import queries as people
from huong.people import rules as spellings
from huong.procedures import events
from huong.procedures.models import Dossier
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.contacts import CONTEXT, birth_hash_of, contact_of, phone_hash_of
from huong.procedures.queries.values import answers_of, scope_of, seal
from huong.procedures.rules import fields


@transaction.atomic
def keep_contact(uid: str, *, phone: str = "", mail: str = "") -> Dossier | None:
    """Write down phone and mail of an applicant, sealed, with keyed hashes for looking the dossier up.

    What is left empty stays as it was. The birth date comes from what is known of the applicant.

    Returns:
        The dossier; None if it is gone, or was erased: then nothing is kept.

    Records: `procedures.contact_kept`.
    """
    dossier = Dossier.objects.select_for_update(of=("self",)).select_related("applicant").filter(uid=uid).first()
    if dossier is None or keys.data_keys([scope_of(dossier)])[scope_of(dossier)] is None:
        return None
    known = {**contact_of(dossier), **_in_form(dossier)}
    spelt = spellings.phone(phone or known.get("phone", ""))
    mail = (mail or known.get("mail", "")).strip()[:200]
    columns: dict[str, Any] = {}
    if born := birth_hash_of(_born(dossier)):
        columns["birth_hash"] = born
    if spelt:
        columns["phone_hash"] = phone_hash_of(spelt)
    if spelt or mail:
        columns["sealed_contact"] = seal(scope_of(dossier), {"phone": spelt, "mail": mail}, CONTEXT)
    if columns:
        Dossier.objects.filter(pk=dossier.pk).update(**columns)
    journal.record(
        events.CONTACT_KEPT,
        f"dossier:{uid}",
        audience="named",
        agency=dossier.agency,
        phone=bool(spelt),
        mail=bool(mail),
    )
    dossier.refresh_from_db()
    return dossier


def _in_form(dossier: Dossier) -> Mapping[str, str]:
    """Return phone and mail where the form asks the applicant for them."""
    if not dossier.edition_id:
        return {}
    answers = answers_of(dossier)
    found: dict[str, str] = {}
    for each in fields.fields_of(document_by_id(dossier.edition_id).form):
        own = any(source.kind == "applicant" for source in each.sources) or each.step in {"requester", "applicant"}
        if own and each.kind in {"phone", "mail"} and answers.get(each.path):
            found.setdefault(each.kind, str(answers[each.path]))
    return found


def _born(dossier: Dossier) -> str:
    return people.own_particulars(dossier.applicant).get("birth_date", "")
