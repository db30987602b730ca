"""What the demonstration shows of the exchange: services, grants given and asked, registers met, accesses of invented people."""

from datetime import datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_noop

from huong.base import clock
from huong.base.demo import Filler
from huong.base.errors import HuongError
from huong.catalogue import queries as catalogue
from huong.exchange import queries
from huong.exchange import registers as national
from huong.exchange.actions import grants, neighbours, services
from huong.exchange.models import DataService, Grant, Member
from huong.exchange.registers import Asker
from huong.exchange.sandbox import world
from huong.journal.models import Entry
from huong.people import access
from huong.people import queries as people

PURPOSE: Final = "operations"
LOOSE, READ_IN_A_ROW = "operations", 6  # a purpose, and no matter behind it
WHY: Final = "Điều phối công việc hằng ngày giữa các cơ quan (minh họa)"
PEOPLE: Final = ("046092999001", "046195999002", "046098999004")
DOSSIERS: Final = (("1.001193", "H57.21-261124-0042"), ("1.010041", "H57.21-261123-0017"))


def offer() -> None:
    """Offer every dataset that has consumers, grant those who declared a need, and leave one request open."""
    for name in catalogue.dataset_names():
        spec = catalogue.contract_of(name)
        if spec.sharing.consumers and Member.objects.filter(identifier=queries.own_identifier(spec.owner)).exists():
            made = services.offer_dataset(queries.member_of_agency(spec.owner), name, by=None)
            _grant(made, spec.sharing.consumers)
    if not Grant.objects.filter(state="requested").exists():
        _ask_openly()


def _grant(service: DataService, agencies: tuple[str, ...]) -> None:
    plain = [str(each["name"]) for each in service.fields if each["sensitivity"] != "sensitive"]
    for code in agencies:
        consumer = Member.objects.filter(identifier=queries.own_identifier(code)).first()
        if consumer is None or Grant.objects.filter(service=service, consumer=consumer).exists():
            continue
        asked = grants.ask(
            service,
            consumer=consumer,
            fields=plain,
            purposes=[PURPOSE],
            why=WHY,
            legal_basis="Nghị định 194/2025/NĐ-CP Điều 16",
            by=None,
        )
        grants.grant(asked.number, by=None)


def _ask_openly() -> None:
    """Ask the Department whose steward is in the cast for something, so that there is something to decide."""
    mine = people.user("minh.tran")
    owner = people.posts_of(mine)[0].agency.code
    service = DataService.objects.filter(member__agency=owner, kind="dataset").first()
    if service is not None:
        plain = [str(each["name"]) for each in service.fields if each["sensitivity"] == "plain"][:4]
        why = "Cứu trợ khi lũ: biết tuyến cống nào đang nghẽn để đưa thuyền tới (minh họa)"
        ward = queries.member_of_agency("H57.21")
        grants.ask(
            service,
            consumer=ward,
            fields=plain or [service.fields[0]["name"]],
            purposes=["flood.relief"],
            why=why,
            by=None,
        )


def look_up() -> None:
    """Meet the sandbox's registers, and let the ward look up invented people for invented dossiers."""
    address = settings.HUONG.sandbox_url
    if not address:
        return
    neighbours.meet(address, by=None)
    ward, officer = queries.member_of_agency("H57.21"), people.user("an.le")
    for number, person in enumerate(PEOPLE):
        purpose, dossier = DOSSIERS[number % len(DOSSIERS)]
        asker = Asker(ward, f"{purpose}/{dossier}", by=officer, user_id=f"VN{person}", patience=5.0)
        for kind in (national.Person, national.Birth):
            try:
                national.ask(kind, person, asker)
            except HuongError:  # the demonstration goes on without it; the failure stands at the service
                continue
    read_at_night()


def read_at_night() -> None:
    """Let an officer of the ward read about several people in a row in the evening, with no dossier named; only once."""
    user = people.user("thu.vo")
    at = datetime.combine(clock.today() - timedelta(days=2), time(20, 40), clock.zone())
    if Entry.objects.filter(by=user.pk, name="people.accessed", at__range=(at, at + timedelta(hours=1))).exists():
        return
    known = (people.party_of(number) for number in world.made(Path(settings.HUONG.city)).people)
    for minute, party in enumerate(islice(filter(None, known), READ_IN_A_ROW)):
        with clock.freeze(at + timedelta(minutes=minute)):
            access.record_access(user, f"party:{party.public_id}", ["name", "address"], LOOSE, agency="H57.21")


OFFERS: Final = Filler(order=250, title=gettext_noop("Data services and grants"), fill=offer)
LOOKS: Final = Filler(order=320, title=gettext_noop("Questions to the registers"), fill=look_up)
