"""How officers read personal data: volume, hours, and people who live together; a reason to ask, not a verdict."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from huong.base import calendar, clock, keys
from huong.base.text import fold
from huong.exchange.models import AccessRecord, PersonPlace, RegisterCopy
from huong.exchange.registers.kinds import Person
from huong.people import queries as people
from huong.people.models import User

MANY_A_DAY = 60
MANY_IN_A_ROW = 4
MANY_OF_A_BLOCK = 3
TEN_MINUTES = timedelta(minutes=10)


@dataclass(frozen=True)
class Reading:
    """How one officer read personal data in a period.

    Attributes:
        most_a_day: persons on the busiest day.
        outside_hours: accesses outside office hours and working days.
        in_a_row: persons seen within ten minutes of another without a dossier number.
        of_one_block: most persons of one household or one street of a ward, seen without a dossier number.
        own_neighbours: persons of the officer's own household or street, with or without a dossier.
    """

    by: int
    count: int
    persons: int
    most_a_day: int
    outside_hours: int
    in_a_row: int
    of_one_block: int
    own_neighbours: int

    @property
    def is_unusual(self) -> bool:
        """Return whether somebody should ask the officer."""
        many = self.most_a_day > MANY_A_DAY or self.in_a_row > MANY_IN_A_ROW or self.of_one_block >= MANY_OF_A_BLOCK
        return many or self.outside_hours > 0 or self.own_neighbours > 0


@dataclass(frozen=True)
class _Look:
    at: datetime
    person: str
    issue: str

    @property
    def is_loose(self) -> bool:
        """Return whether no dossier stands behind it."""
        return "/" not in self.issue


def note_place(person: Person) -> None:
    """Keep in which household and which street somebody lives, as keyed hashes, while a copy of theirs is kept."""
    hashed = keys.keyed_hash(person.national_id, context=people.JOINED)
    if not RegisterCopy.objects.filter(register="person", person=hashed).exists():
        return  # erased here: nothing is kept
    facts = {
        "household": keys.keyed_hash(person.household_id, context="exchange.household"),
        "block": keys.keyed_hash(f"{person.unit_code}|{street_of(person.address)}", context="exchange.block"),
        "at": clock.now(),
    }
    PersonPlace.objects.update_or_create(person=hashed, defaults=facts)


def street_of(address: str) -> str:
    """Return the street of an address, without house number and accents.

    >>> street_of("27/3 đường Nguyễn Huệ"), street_of("3 tổ 5")
    ('duong nguyen hue', 'to 5')
    """
    number, _space, rest = fold(address).strip().partition(" ")
    return rest if rest and any(letter.isdigit() for letter in number) else fold(address).strip()


def reading_in(agency: str, *, days: int = 30, most: int = 20_000) -> list[Reading]:
    """Return how an agency's officers read personal data lately, the most unusual first."""
    found = AccessRecord.objects.filter(agency=agency, by__isnull=False, at__gte=clock.now() - timedelta(days=days))
    seen: dict[int, list[_Look]] = defaultdict(list)
    for by, at, person, issue in found.order_by("at").values_list("by", "at", "person", "issue")[:most]:
        seen[int(by or 0)].append(_Look(at, person, issue))
    places = _places({look.person for looks in seen.values() for look in looks} | set(_own(seen).values()))
    own = _own(seen)
    rows = [_reading(by, looks, places, own.get(by, "")) for by, looks in seen.items()]
    return sorted(rows, key=lambda row: (row.is_unusual, row.own_neighbours, row.in_a_row, row.count), reverse=True)


def _own(seen: dict[int, list[_Look]]) -> dict[int, str]:
    """Return the keyed hash under which each officer stands as a person, where an issuer vouched for them."""
    found = {user.id: people.party_of_user(user) for user in User.objects.filter(id__in=list(seen))}
    hashes = {by: people.joined_hash(party.public_id, context=people.JOINED) for by, party in found.items() if party}
    return {by: hashed for by, hashed in hashes.items() if hashed}


def _places(persons: set[str]) -> dict[str, PersonPlace]:
    return {place.person: place for place in PersonPlace.objects.filter(person__in=persons)}


def _reading(by: int, looks: list[_Look], places: dict[str, PersonPlace], own: str) -> Reading:
    days: dict[date, set[str]] = defaultdict(set)
    for look in looks:
        days[clock.local(look.at).date()].add(look.person)
    loose = [look for look in looks if look.is_loose]
    return Reading(
        by=by,
        count=len(looks),
        persons=len({look.person for look in looks}),
        most_a_day=max(len(persons) for persons in days.values()),
        outside_hours=sum(_is_outside_hours(look.at) for look in looks),
        in_a_row=_in_a_row(loose),
        of_one_block=_of_one_block({look.person for look in loose}, places),
        own_neighbours=_neighbours({look.person for look in looks}, places, own),
    )


def _of_one_block(persons: set[str], places: dict[str, PersonPlace]) -> int:
    together: dict[str, set[str]] = defaultdict(set)
    for person in persons & places.keys():
        together[places[person].household].add(person)
        together[places[person].block].add(person)
    return max((len(group) for group in together.values()), default=0)


def _neighbours(persons: set[str], places: dict[str, PersonPlace], own: str) -> int:
    home = places.get(own)
    if home is None:
        return 0
    near = (each for each in persons - {own} if each in places)
    return sum(places[each].household == home.household or places[each].block == home.block for each in near)


def _in_a_row(looks: list[_Look]) -> int:
    """Return the most different persons seen within ten minutes."""
    most, begin = 0, 0
    for end in range(len(looks)):
        while looks[end].at - looks[begin].at > TEN_MINUTES:
            begin += 1
        most = max(most, len({look.person for look in looks[begin : end + 1]}))
    return most


def _is_outside_hours(at: datetime) -> bool:
    local = clock.local(at)
    return not calendar.is_working_day(local.date()) or not 6 <= local.hour < 19
