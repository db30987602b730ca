"""What the exchange does on entries of the journal: who saw a person on a screen becomes visible to that person."""

from datetime import date

from django.db import transaction

from huong.base import clock
from huong.exchange.models import AccessRecord
from huong.exchange.queries import shown_from
from huong.journal.models import Entry
from huong.journal.readers import reader
from huong.people import queries as people


@reader("exchange.accesses", names=("people.accessed",))
def note(entries: list[Entry]) -> None:
    """Keep one access record per entry about a person; the same entry again changes nothing."""
    with transaction.atomic():
        for entry in entries:
            person = _person_of(entry.subject)
            if person:
                AccessRecord.objects.get_or_create(entry=entry.pk, defaults=_facts(entry, person))


def _person_of(subject: str) -> str:
    """Return the keyed hash of the person that an entry is about: a row of a dataset, or a party."""
    if "/person:" in subject:
        return subject.rpartition("/person:")[2]
    if subject.startswith("party:"):
        return people.joined_hash(subject.partition(":")[2], context="store.vn.citizen_id")
    return ""


def _facts(entry: Entry, person: str) -> dict[str, object]:
    purpose = str(entry.data.get("purpose", ""))
    code = purpose.partition("/")[0]
    return {
        "person": person,
        "at": entry.at,
        "agency": entry.agency,
        "by": entry.by,
        "role": _role(entry.by, entry.agency, clock.local(entry.at).date()),
        "fields": str(entry.data.get("fields", ""))[:1000],
        "purpose": purpose[:200],
        "issue": purpose[:170] if "/" in purpose else "",
        "source": entry.subject.partition("/person:")[0][:250],
        "shown_from": shown_from(code, entry.at),
    }


def _role(user_id: int | None, agency: str, on: date) -> str:
    return people.role_of(user_id, agency, on) if user_id is not None else ""
