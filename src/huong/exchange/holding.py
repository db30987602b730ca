"""What the house holds on a person, as far as the exchange knows: datasets of the store, consents, register copies, accesses."""

from typing import Any

from django.utils.translation import gettext as _

from huong.base.models import DataKey
from huong.catalogue import queries as catalogue
from huong.exchange import queries, sentences
from huong.exchange.models import RegisterCopy
from huong.people import queries as people
from huong.people.models import Party
from huong.people.ports import Held, Holder

CONTEXT = "store.vn.citizen_id"


class PartyHolder:
    """The party itself: name, national id, birth date."""

    def held(self, party: Party) -> list[Held]:
        """Return the one row."""
        detail = _("Name, identity number, birth date")
        owner = people.answering_agency()
        return [Held(f"party:{party.public_id}", _("Who you are"), detail, owner, _("So that offices know you"))]

    def export(self, party: Party) -> dict[str, Any]:
        """Return the facts that may be shown in clear."""
        return {"name": party.name, "national_id": party.national_id_shown, "since": party.created_at.isoformat()}


class StoreHolder:
    """Personal datasets of the shared store in which this person has a row."""

    def held(self, party: Party) -> list[Held]:
        """Return one line per dataset that holds the person."""
        person = people.joined_hash(party.public_id, context=CONTEXT)
        specs = [catalogue.contract_of(name) for name in catalogue.dataset_names()] if person else []
        personal = {f"store:{spec.dataset}:{person}"[:160]: spec for spec in specs if spec.is_personal}
        found = DataKey.objects.filter(scope__in=personal, wrapped__isnull=False).values_list("scope", flat=True)
        return [
            Held(
                f"dataset:{personal[scope].dataset}",
                personal[scope].title_vi,
                ", ".join(each.title_vi for each in personal[scope].fields),
                personal[scope].owner,
                personal[scope].description,
            )
            for scope in found
        ]

    def export(self, party: Party) -> dict[str, Any]:
        """Return which datasets hold the person; their values are handed over by their owners."""
        return {
            each.key: {"title": each.title, "fields": each.detail, "owner": each.agency} for each in self.held(party)
        }


class ExchangeHolder:
    """Consents, copies of register answers, and who saw what."""

    def held(self, party: Party) -> list[Held]:
        """Return the copies that still hold, and the log of accesses."""
        person = people.joined_hash(party.public_id, context=CONTEXT)
        copies = RegisterCopy.objects.filter(person=person) if person else RegisterCopy.objects.none()
        rows = [
            Held(
                f"register:{each.register}",
                _("Answer of a national register"),
                sentences.source_said(each.source),
                "",
                _("For the step of work"),
            )
            for each in copies
        ]
        if queries.shares_of(party.public_id):
            detail = _("Which fact, for whom, what for, until when")
            rows.append(Held("shares", _("Facts you share"), detail, "", _("You share them yourself")))
        why = _("Kept by law, so that you can see who used your data")
        return [*rows, Held("accesses", _("Who saw your data"), _("Agency, time, fields, reason"), "", why)]

    def export(self, party: Party) -> dict[str, Any]:
        """Return consents and accesses."""
        person = people.joined_hash(party.public_id, context=CONTEXT)
        seen = queries.accesses_of(person)[:5000] if person else []
        return {
            "consents": [
                {
                    "purpose": each.purpose,
                    "service": str(each.service),
                    "consumer": each.consumer.identifier,
                    "given": each.given_at.isoformat(),
                    "taken_back": each.revoked_at.isoformat() if each.revoked_at else None,
                }
                for each in queries.consents_of(party.public_id)
            ],
            "shares": [
                {
                    "fact": each.fact,
                    "recipient": each.recipient,
                    "purpose": each.purpose,
                    "shared": each.shared_at.isoformat(),
                    "until": each.valid_to.isoformat(),
                    "taken_back": each.revoked_at.isoformat() if each.revoked_at else None,
                    "opened": each.openings,
                }
                for each in queries.shares_of(party.public_id)
            ],
            "accesses": [
                {
                    "at": each.at.isoformat(),
                    "agency": each.agency,
                    "fields": each.fields,
                    "purpose": each.purpose,
                    "matter": each.issue,
                    "source": each.source,
                }
                for each in seen
            ],
        }


HOLDERS: dict[str, Holder] = {"party": PartyHolder(), "store": StoreHolder(), "exchange": ExchangeHolder()}
