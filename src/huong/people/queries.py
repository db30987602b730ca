"""What others may read about agencies, users and parties."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from huong.base import city, clock, keys
from huong.base.errors import NotFound
from huong.people import access, ports
from huong.people.errors import Restricted
from huong.people.models import (
    Agency,
    ApiToken,
    Delegation,
    Identity,
    Party,
    Post,
    Representation,
    Restriction,
    User,
)

JOINED = "store.vn.citizen_id"
"""The context of the keyed hash under which persons stand in the store, in access records and in restrictions."""


def agencies(on: date | None = None) -> list[Agency]:
    """Return the agencies that exist on a day (today if left out), by code."""
    return list(Agency.objects.on(on or clock.today()).select_related("unit"))


def agency(code: str) -> Agency:
    """Return an agency by its code, ended or not.

    Raises:
        NotFound: no agency has this code.
    """
    found = Agency.objects.filter(code=code).select_related("unit", "heir").first()
    if found is None:
        raise NotFound(_("No agency has the code %(code)s.") % {"code": code})
    return found


def agency_of_unit(unit_code: str, on: date | None = None) -> Agency | None:
    """Return the People's Committee of a ward or commune on a day."""
    day = on or clock.today()
    found = Agency.objects.on(day).filter(Q(unit__valid_to=None) | Q(unit__valid_to__gte=day), kind="committee")
    return found.filter(unit__code=unit_code, unit__valid_from__lte=day).select_related("unit").first()


def user(username: str) -> User:
    """Return a user by name.

    Raises:
        NotFound: nobody has this name.
    """
    found = User.objects.filter(username=username).first()
    if found is None:
        raise NotFound(_("Nobody has the user name %(name)s.") % {"name": username})
    return found


def posts_of(person: User, on: date | None = None) -> list[Post]:
    """Return the posts whose powers a person has on a day: own ones and those they stand in for."""
    return list(Post.objects.held_by(person.id, on or clock.today()).select_related("agency", "user", "deputy"))


def holders(agency_code: str, role: str | None = None) -> list[User]:
    """Return the people who hold a post in an agency today, deputies included."""
    day = clock.today()
    posts = Post.objects.on(day).filter(agency__code=agency_code)
    if role:
        posts = posts.filter(role=role)
    standing_in = posts.filter(Q(deputy_to=None) | Q(deputy_to__gte=day), deputy_from__lte=day)
    chosen = Q(id__in=posts.values("user_id")) | Q(id__in=standing_in.values("deputy_id"))
    return list(User.objects.filter(chosen).order_by("id"))


def tokens_of(agency_code: str) -> list[ApiToken]:
    """Return the tokens of an agency's systems, newest first."""
    return list(ApiToken.objects.filter(agency__code=agency_code).select_related("agency").order_by("-created_at"))


def demonstration_posts() -> list[Post]:
    """Return the posts of the demonstration accounts, in the order in which the sign-in page shows them."""
    posts = Post.objects.on(clock.today()).filter(user__is_demonstration=True, user__is_active=True)
    return list(posts.select_related("user", "agency").order_by("user_id"))


def party_of(national_id: str) -> Party | None:
    """Return the party with a national id, found by its keyed hash."""
    return Party.objects.filter(national_id_hash=hash_of(national_id)).first()


def parties_with(hashes: Iterable[str]) -> list[Party]:
    """Return the parties with these keyed hashes of national ids."""
    wanted = [each for each in hashes if each]
    return list(Party.objects.filter(national_id_hash__in=wanted, erased_at=None)) if wanted else []


def hash_of(national_id: str) -> str:
    """Return the keyed hash by which rows with the same national id can be joined."""
    return keys.keyed_hash(national_id.strip(), context="people.national_id")


def joined_hash(public_id: str, *, context: str) -> str:
    """Return the keyed hash of a party's national id in another package's context, so that rows can be joined.

    Args:
        public_id: the party's.
        context: such as "store.vn.citizen_id".

    Returns:
        The hash; empty for a party without a national id, and for one that was erased.
    """
    number = number_of(public_id)
    return keys.keyed_hash(number, context=context) if number else ""


def number_of(public_id: str) -> str:
    """Return the national id or tax code of a party in clear, to ask a register on its own behalf.

    Hold it no longer than the call; it must not reach a page, a log, a job or the journal. Officers read
    it by `particulars_of`, which writes down who did.

    Returns:
        The number; empty for a party without one, and for one that was erased.
    """
    party = Party.objects.filter(public_id=public_id, erased_at=None).first()
    if party is None or party.sealed_national_id is None:
        return ""
    key = keys.data_key(f"party:{public_id}")
    plain = keys.open_bytes(key, bytes(party.sealed_national_id), context=f"party:{public_id}:national_id")
    return str(json.loads(plain))


def role_of(user_id: int, agency_code: str, on: date) -> str:
    """Return the role in which somebody acted for an agency on a day; empty if they held no post there."""
    posts = Post.objects.held_by(user_id, on).filter(agency__code=agency_code)
    return posts.order_by("valid_from").values_list("role", flat=True).first() or ""


def particulars_of(party: Party, *, by: User, purpose: str) -> dict[str, str]:
    """Return a party's national id and birth date in clear, and write down who read them and why.

    Raises:
        Forbidden: `by` may not read columns that identify persons, or the person had their use restricted.
        KeyDestroyed: the party was erased.

    Records: `people.accessed`.
    """
    access.require_power(by, "store.read_personal")
    if is_restricted(party, f"party:{party.public_id}") and not is_demanded(purpose):
        raise Restricted
    key = keys.data_key(f"party:{party.public_id}")
    sealed = {"national_id": party.sealed_national_id, "birth_date": party.sealed_birth_date}
    found = {
        name: json.loads(keys.open_bytes(key, bytes(value), context=f"party:{party.public_id}:{name}"))
        for name, value in sealed.items()
        if value is not None
    }
    access.record_access(by, f"party:{party.public_id}", sorted(found), purpose)
    return found


def known_persons() -> Iterator[Party]:
    """Return the persons for whom an issuer has vouched, and who were not erased."""
    found = Party.objects.filter(kind="person", erased_at=None, identities__isnull=False)
    return found.distinct().order_by("id").iterator(chunk_size=500)


def own_particulars(party: Party) -> dict[str, str]:
    """Return a party's name, kind, national id and birth date, for what is done on their own behalf.

    For verbs by which the party acts themselves (a form that fills itself in); officers use `particulars_of`.

    Returns:
        What is known; nothing of a party that was erased.
    """
    if party.erased_at is not None:
        return {}
    found = {"name": party.name, "kind": party.kind}
    for name, sealed in (("national_id", party.sealed_national_id), ("birth_date", party.sealed_birth_date)):
        if sealed is not None:
            key = keys.data_key(f"party:{party.public_id}")
            plain = keys.open_bytes(key, bytes(sealed), context=f"party:{party.public_id}:{name}")
            found[name] = str(json.loads(plain))
    return found


def party_of_user(person: User) -> Party | None:
    """Return the party that an account stands for: the citizen, once an issuer has vouched for them."""
    found = Identity.objects.filter(user=person, party__isnull=False).select_related("party").order_by("id").first()
    return found.party if found else None


def is_linked(person: User, issuer: str) -> bool:
    """Return whether an account is joined to an identity of an issuer."""
    return Identity.objects.filter(user=person, issuer=issuer).exists()


def is_known(national_id: str) -> bool:
    """Return whether somebody with a national id has an account."""
    return Identity.objects.filter(party__national_id_hash=hash_of(national_id)).exists()


def representations_of(party: Party) -> list[Representation]:
    """Return whom a party represents today, children first."""
    found = Representation.objects.filter(holder=party, valid_to__gte=clock.today(), represented__erased_at=None)
    return list(found.select_related("represented").order_by("-kind", "represented__name"))


def representations_by(source: str, before: datetime) -> list[Representation]:
    """Return the representations that a source confirmed before an instant and that still count."""
    found = Representation.objects.filter(source=source, confirmed_at__lt=before, valid_to__gte=clock.today())
    return list(found.select_related("holder", "represented"))


def delegations_to(party: Party) -> list[Delegation]:
    """Return the delegations that let a party act for a firm today."""
    day = clock.today()
    found = Delegation.objects.filter(holder=party, revoked_at=None, valid_from__lte=day, valid_to__gte=day)
    return list(found.filter(firm__erased_at=None).select_related("firm").order_by("firm__name"))


def delegations_of(firm: Party) -> list[Delegation]:
    """Return the delegations of a firm that have not ended, newest first."""
    found = Delegation.objects.filter(firm=firm, revoked_at=None, valid_to__gte=clock.today())
    return list(found.select_related("holder").order_by("-created_at"))


def party_by_public_id(public_id: str) -> Party:
    """Return a party by its public id.

    Raises:
        NotFound: there is none.
    """
    found = Party.objects.filter(public_id=public_id, erased_at=None).first()
    if found is None:
        raise NotFound(_("There is no such person or firm."))
    return found


def is_demanded(purpose: str) -> bool:
    """Return whether law demands a purpose ("code" or "code/dossier"), so that no restriction holds against it."""
    return any(demanded(purpose.partition("/")[0]) for demanded in ports.demands.values())


def is_restricted(party: Party, scope: str) -> bool:
    """Return whether a thing held about somebody may not be used now."""
    return Restriction.objects.filter(party=party, scope=scope, lifted_at=None).exists()


def restricted(scope: str, persons: Iterable[str]) -> frozenset[str]:
    """Return which of some persons (keyed hashes) had a thing restricted."""
    wanted = [each for each in persons if each]
    if not wanted:
        return frozenset()
    found = Restriction.objects.filter(scope=scope, person__in=wanted, lifted_at=None)
    return frozenset(found.values_list("person", flat=True))


def restrictions_of(party: Party) -> list[Restriction]:
    """Return what a person had restricted and is so now."""
    return list(Restriction.objects.filter(party=party, lifted_at=None).order_by("since"))


def accounts_of(public_id: str) -> list[User]:
    """Return the accounts that stand for a party."""
    return list(User.objects.filter(identities__party__public_id=public_id, is_active=True).distinct())


def answering_agency() -> str:
    """Return the code of the agency that answers where nobody else does: the city's data office, else the city itself."""
    post = Post.objects.on(clock.today()).filter(role="data_office").select_related("agency").order_by("id").first()
    return post.agency.code if post else str(city.facts().get("agency_code", ""))
