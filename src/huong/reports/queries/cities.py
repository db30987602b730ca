"""Reads about other cities' systems: how they do, what went both ways, how their services are matched."""

from typing import Any

from django.db.models import Count, Q

from huong.reports.models import Peer, PeerErrand, PeerRequest, PeerService, Report

STUCK = ("failed", "dead")


def overview() -> list[dict[str, Any]]:
    """Return every other system with its counts, in two queries."""
    rows = Peer.objects.annotate(
        came=Count("requests", filter=Q(requests__direction="in", requests__state="taken")),
        went=Count("requests", filter=Q(requests__direction="out") & ~Q(requests__remote_id="")),
    )
    stuck = dict(
        PeerErrand.objects.filter(state__in=STUCK)
        .values_list("request__peer")
        .annotate(count=Count("id"))
        .values_list("request__peer", "count")
    )
    return [{"peer": each, "came": each.came, "went": each.went, "stuck": stuck.get(each.pk, 0)} for each in rows]


def counts_of(peer: Peer) -> dict[str, int]:
    """Return what went both ways with a system."""
    held = PeerRequest.objects.filter(peer=peer)
    return {
        "came": held.filter(direction="in", state="taken").count(),
        "went": held.filter(direction="out").exclude(remote_id="").count(),
        "refused": held.filter(state="refused").count(),
        "stuck": PeerErrand.objects.filter(request__peer=peer, state__in=STUCK).count(),
    }


def in_use(key: str) -> Peer | None:
    """Return another system by its short name, if it is not paused."""
    return Peer.objects.filter(key=key, is_active=True).first()


def knows(peer: Peer, report: Report) -> bool:
    """Return whether a system and we know of each other's report already."""
    return PeerRequest.objects.filter(peer=peer, report=report).exists()


def takers_of(report: Report) -> list[Peer]:
    """Return the systems in use that have a service for a report's kind and do not know it yet, by name."""
    unknown = Peer.objects.filter(is_active=True).exclude(requests__report=report).prefetch_related("services")
    return [peer for peer in unknown if any(report.category in each.sends for each in peer.services.all())]


def elsewhere(report: Report) -> list[dict[str, Any]]:
    """Return which systems know a report, under which number, and what is in the way (two queries)."""
    held = PeerRequest.objects.filter(report=report).select_related("peer").prefetch_related("errands")
    return [
        {
            "name": each.peer.name,
            "came": each.direction == "in",
            "number": each.remote_id,
            "error": next((one.error for one in each.errands.all() if one.state in STUCK), ""),
            "waits": any(one.state == "waiting" for one in each.errands.all()),
        }
        for each in held
    ]


def services_of(peer: Peer) -> list[PeerService]:
    """Return the services of a system, as it groups them."""
    return list(PeerService.objects.filter(peer=peer))
