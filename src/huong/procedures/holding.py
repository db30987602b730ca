"""What procedures keep about a person: dossiers and vault; handed over to themselves, and erased on their request."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.models import DataKey
from huong.files import actions as files
from huong.journal import actions as journal
from huong.people.models import Party
from huong.people.ports import Held, Person
from huong.procedures import events
from huong.procedures.models import Action, Dossier, Evidence, HelperPass
from huong.procedures.queries.catalogue import procedure_name, state_name
from huong.procedures.queries.values import answers_of, former_of, opened, scope_of, vault_scope

MOST = 500


class DossierHolder:
    """The dossiers of a person, and the papers in their vault."""

    def held(self, party: Party) -> list[Held]:
        """Return one line per dossier, and one for the vault."""
        why = _("To settle what you applied for; kept as archive law says")
        rows = [
            Held(
                f"dossier:{each.uid}",
                procedure_name(each.procedure),
                f"{each.code or _('not accepted yet')} · {state_name(each.state, each.edition_id)}",
                each.agency,
                why,
            )
            for each in Dossier.objects.filter(applicant=party).order_by("-created_at")[:MOST]
        ]
        papers = Evidence.objects.filter(party=party).count()
        if papers:
            detail = _("%(count)d papers and results") % {"count": papers}
            rows.append(Held("vault", _("Your papers here"), detail, "", _("So that nobody asks you for them again")))
        return rows

    def export(self, party: Party) -> dict[str, Any]:
        """Return what dossiers and vault say, in clear for themselves."""
        dossiers = Dossier.objects.filter(applicant=party).order_by("created_at")[:MOST]
        papers = Evidence.objects.filter(party=party).order_by("issued_at")
        return {
            "dossiers": [
                {
                    "procedure": each.procedure,
                    "code": each.code,
                    "state": each.state,
                    "sent": each.submitted_at.isoformat() if each.submitted_at else None,
                    "answers": answers_of(each),
                    "before supplement": former_of(each, each.parts.all()),
                }
                for each in dossiers
            ],
            "papers": [
                {
                    "type": each.type,
                    "name": each.name,
                    "issuer": each.issuer,
                    "issued": each.issued_at.isoformat(),
                    "says": opened(vault_scope(party), each.sealed, each.uid),
                }
                for each in papers
            ],
        }


def erase(person: Person, *, by: int | None) -> int:
    """Erase what dossiers and vault say about a person; that a dossier was handled, when and by whom, stays.

    Harmless when repeated. What somebody else applied for in which the person is named stays with that applicant.

    Returns:
        How many dossiers and vaults held something.

    Records: `procedures.erased`, if there was something; `files.erased` for each scope with files.
    """
    party = Party.objects.filter(public_id=person.party).first()
    if party is None:
        return 0
    dossiers = list(Dossier.objects.filter(applicant=party))
    count = sum(_let_go(scope_of(each), by) for each in dossiers) + _let_go(vault_scope(party), by)
    with transaction.atomic():
        Dossier.objects.filter(applicant=party).update(phone_hash="", birth_hash="", sealed_contact=None)
        Evidence.objects.filter(party=party, revoked_at=None).update(revoked_at=clock.now(), number_hash="")
        HelperPass.objects.filter(dossier__applicant=party).update(helper_name="")
        _blank_reasons(party)
        if count:
            journal.record(events.ERASED, f"party:{person.party}", by=by, audience="named", things=count)
    return count


def _blank_reasons(party: Party) -> None:
    """Let go of what officers wrote about fields and papers; which ones they asked about stays."""
    rows = Action.objects.filter(dossier__applicant=party).exclude(reasons=[]).only("pk", "reasons")
    for row in rows:
        Action.objects.filter(pk=row.pk).update(reasons=[{**each, "text": ""} for each in row.reasons])


def _let_go(scope: str, by: int | None) -> int:
    """Destroy the data key of a scope and delete its files. Returns 1 if something was there."""
    if not DataKey.objects.filter(scope=scope, wrapped__isnull=False).exists():
        return 0
    files.erase(scope, by=by)
    return 1
