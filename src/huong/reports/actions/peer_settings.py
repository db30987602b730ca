"""Setting up another Open311 system: where it is, what is fetched and sent, which of its services is what here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from huong.base import clock, keys
from huong.base.errors import BadInput, NotFound
from huong.base.text import fold
from huong.journal import actions as journal
from huong.messages.rules import normal_web
from huong.people import access
from huong.people import queries as people
from huong.people.models import User
from huong.reports import events, peer_calls
from huong.reports.models import Peer, PeerService
from huong.reports.queries.book import book
from huong.reports.rules import foreign

POWER = "reports.rules"
FIRST_DAYS = 30
SERVICES_MOST = 2000
EVERY = (1, 24 * 60)


@dataclass(frozen=True)
class Settings:
    """What is set of another system; `secret` None leaves its key as it is."""

    name: str
    url: str
    jurisdiction: str = ""
    form: str = "json"
    secret: str | None = None
    agency: str = ""
    pulls: bool = False
    pushes: bool = False
    updates: bool = True
    every_minutes: int = 10


def require(key: str) -> Peer:
    """Return another system by its short name.

    Raises:
        NotFound: there is none.
    """
    found = Peer.objects.filter(key=key).first()
    if found is None:
        raise NotFound(_("No other system is known as “%(key)s”.") % {"key": key[:40]})
    return found


@transaction.atomic
def save_peer(wanted: Settings, *, key: str = "", by: User) -> Peer:
    """Set another system up, or change how it is set up.

    Args:
        wanted: what is set.
        key: the short name of one that is known; empty for a new one.

    Raises:
        Forbidden: `by` may not change the city's rules.
        BadInput: no name, no address, or nothing to send for.
        NotFound: no such system, or agency.

    Records: `reports.peer_changed`.
    """
    access.require_power(by, POWER)
    columns = _columns(wanted)
    if key:
        peer = require(key)
    else:
        start = clock.now() - timedelta(days=FIRST_DAYS)
        peer = Peer(key=_free_key(columns["name"]), requests_until=start, news_until=start)
    for name, value in columns.items():
        setattr(peer, name, value)
    if wanted.secret is not None:
        typed = wanted.secret.strip()[:300]
        peer.secret = keys.encrypt(typed.encode(), context=peer_calls.CONTEXT) if typed else None
    peer.due_at, peer.rests_until, peer.failures, peer.failed_at, peer.error = clock.now(), None, 0, None, ""
    peer.save()
    journal.record(events.PEER_CHANGED, f"peer:{peer.key}", by=by.pk, pulls=peer.pulls, pushes=peer.pushes)
    return peer


def _columns(wanted: Settings) -> dict[str, Any]:
    url, name = normal_web(wanted.url), " ".join(wanted.name.split())[:120]
    if not name:
        raise BadInput(_("Please give the system a name."), field="name")
    if url is None:
        raise BadInput(_("This is no web address: %(url)s") % {"url": wanted.url[:100]}, field="url")
    if wanted.pushes and not wanted.agency:
        raise BadInput(_("Please name the agency whose reports go there."), field="agency")
    if wanted.form not in {"json", "xml"}:
        raise BadInput(_("Open311 speaks XML or JSON."), field="form")
    least, most = EVERY
    return {
        "name": name,
        "url": url.split("?")[0].rstrip("/")[:298] + "/",
        "jurisdiction": wanted.jurisdiction.strip()[:120],
        "form": wanted.form,
        "agency": people.agency(wanted.agency).code if wanted.agency else "",
        "pulls": wanted.pulls,
        "pushes": wanted.pushes,
        "updates": wanted.updates,
        "every_minutes": max(least, min(wanted.every_minutes, most)),
    }


def _free_key(name: str) -> str:
    start = slugify(fold(name))[:30] or "peer"
    taken = set(Peer.objects.filter(key__startswith=start).values_list("key", flat=True))
    return next(key for key in (start, *(f"{start}-{number}" for number in range(2, 10_000))) if key not in taken)


@transaction.atomic
def pause_peer(key: str, *, active: bool, by: User) -> Peer:
    """Stop asking another system and sending to it, or go on; what waits stays.

    Raises:
        Forbidden, NotFound: see `save_peer`.

    Records: `reports.peer_changed`.
    """
    access.require_power(by, POWER)
    peer = require(key)
    Peer.objects.filter(pk=peer.pk).update(is_active=active, due_at=clock.now() if active else peer.due_at)
    journal.record(events.PEER_CHANGED, f"peer:{key}", by=by.pk, pulls=peer.pulls, pushes=peer.pushes, active=active)
    return require(key)


def read_services(key: str, *, by: User) -> int:
    """Ask another system for its services, and keep them; what is mapped stays mapped. Returns how many it offers.

    Raises:
        Forbidden: `by` may not change the city's rules.
        Unavailable: it does not answer.
        BadInput: it refuses, or names no service.

    Records: `reports.peer_services_read`.
    """
    access.require_power(by, POWER)
    peer = require(key)
    found = peer_calls.Line.to(peer).services()[:SERVICES_MOST]
    offered = {foreign.text_of(each, "service_code", 120): each for each in found}
    offered.pop("", None)
    if not offered:
        raise BadInput(_("This address names no services. Is it the address of an Open311 endpoint?"), field="url")
    with transaction.atomic():
        at = clock.now()
        for code, each in offered.items():
            PeerService.objects.update_or_create(
                peer=peer,
                code=code,
                defaults={
                    "name": foreign.text_of(each, "service_name", 200),
                    "group": foreign.text_of(each, "group", 120),
                    "seen_at": at,
                },
                create_defaults={
                    "name": foreign.text_of(each, "service_name", 200),
                    "group": foreign.text_of(each, "group", 120),
                    "category": code if _takes_reports(code) else "",
                    "sends": [code] if _takes_reports(code) else [],
                    "seen_at": at,
                },
            )
        journal.record(events.PEER_SERVICES, f"peer:{key}", by=by.pk, count=len(offered))
    return len(offered)


def _takes_reports(category: str) -> bool:
    found = book().categories.get(category)
    return bool(found and found.parent)


@transaction.atomic
def map_services(key: str, chosen: Mapping[str, tuple[str, Sequence[str]]], *, by: User) -> int:
    """Say which of our categories the services of another system are, in each direction.

    Args:
        key: the system.
        chosen: by its code: our category for what comes (empty: the desk decides), our categories that go there.

    Returns:
        How many services changed.

    Raises:
        Forbidden, NotFound: see `save_peer`.
        BadInput: a category that takes no reports, or one that would go to two services.

    Records: `reports.peer_mapped`.
    """
    access.require_power(by, POWER)
    peer = require(key)
    held = {service.code: service for service in PeerService.objects.select_for_update().filter(peer=peer)}
    changed = []
    for code, (category, sends) in chosen.items():
        service = held.get(code)
        wanted = sorted(set(sends))
        for each in filter(None, (category, *wanted)):
            if not _takes_reports(each):
                raise BadInput(_("“%(category)s” is no category that takes reports.") % {"category": each[:60]})
        if service is not None and (service.category, service.sends) != (category, wanted):
            service.category, service.sends = category, wanted
            changed.append(service)
    _require_one_way(list(held.values()))
    PeerService.objects.bulk_update(changed, ["category", "sends"])
    if changed:
        journal.record(events.PEER_MAPPED, f"peer:{key}", by=by.pk, count=len(changed))
    return len(changed)


def _require_one_way(services: list[PeerService]) -> None:
    seen: dict[str, PeerService] = {}
    for service in services:
        for category in service.sends:
            other = seen.setdefault(category, service)
            if other is not service:
                raise BadInput(
                    _("“%(category)s” would go both to “%(one)s” and to “%(other)s”. Please choose one.")
                    % {"category": category, "one": other.name or other.code, "other": service.name or service.code}
                )
