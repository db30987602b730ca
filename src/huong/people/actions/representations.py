"""Who represents whom by law: a parent a child, an owner a firm. A source confirms it; nobody declares it of themselves."""

from datetime import date

from django.db import transaction

from huong.base import clock
from huong.journal import actions as journal
from huong.people import events, rules
from huong.people.actions import parties
from huong.people.models import Party, Representation, User
from huong.people.relying import Claims

KINDS = {"child": ("parent", "person", "national_id"), "firm": ("owner", "organisation", "tax_code")}
OPENID = "openid"


@transaction.atomic
def confirm(
    holder: Party, represented: Party, *, kind: str, source: str, born: date | None = None, by: User | None
) -> Representation | None:
    """Keep that a source confirms a representation; it counts for a year, for a child not beyond childhood.

    Args:
        kind: "parent" or "owner".
        source: who says so: "openid", or a register such as "register:civil-status".
        born: the child's birth date, for a parent.
        by: for whom the source was asked.

    Returns:
        The representation; None if it has ended by law already, or holder and represented are one.

    Records: `people.represents`, where it is new or had ended.
    """
    until = rules.represented_until(kind, clock.today(), born)
    if until < clock.today() or holder.id == represented.id:
        return None
    found = Representation.objects.filter(holder=holder, represented=represented, kind=kind).first()
    is_new = found is None or found.valid_to < clock.today()
    row, _made = Representation.objects.update_or_create(
        holder=holder,
        represented=represented,
        kind=kind,
        defaults={"source": source, "confirmed_at": clock.now(), "valid_to": until},
    )
    if is_new:
        journal.record(
            events.REPRESENTS,
            f"party:{holder.public_id}",
            by=by.id if by else None,
            audience="named",
            represented=f"party:{represented.public_id}",
            kind=kind,
            source=source,
            until=until.isoformat(),
        )
    return row


@transaction.atomic
def end(row: Representation, *, by: User | None) -> None:
    """End a representation that its source no longer confirms.

    Records: `people.representation_ended`.
    """
    Representation.objects.filter(id=row.id).delete()
    journal.record(
        events.REPRESENTATION_ENDED,
        f"party:{row.holder.public_id}",
        by=by.id if by else None,
        audience="named",
        represented=f"party:{row.represented.public_id}",
        kind=row.kind,
    )


@transaction.atomic
def from_issuer(holder: Party, claims: Claims, *, by: User) -> None:
    """Keep whom the issuer lets somebody represent, and end what it let them represent before and does no more.

    Records: `people.represents`, `people.representation_ended`, `people.party_registered`.
    """
    kept = set()
    for told in claims.represents:
        row = _told(holder, told, by)
        if row is not None:
            kept.add(row.id)
    gone = Representation.objects.filter(holder=holder, source=OPENID).exclude(id__in=kept)
    for row in gone.select_related("holder", "represented"):
        end(row, by=by)


def _told(holder: Party, told: dict[str, str], by: User) -> Representation | None:
    kind, party_kind, claim = KINDS.get(str(told.get("kind")), ("", "", ""))
    number, name = str(told.get(claim, "")), str(told.get("name", ""))
    if not kind or not number or not name.strip():
        return None
    born = _date(told.get("birthdate"))
    represented = parties.register(party_kind, name=name, national_id=number, birth_date=born, by=by)
    return confirm(holder, represented, kind=kind, source=OPENID, born=born, by=by)


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
