"""Reads about other cities' systems: how they do, what went both ways, how their services are matched."""

from typing import Any

from django.db.models import Count, Q

from huong.reports.models import Peer, PeerErrand, PeerRequest, PeerService

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


def services_of(peer: Peer) -> list[PeerService]:
    """Return the services of a system, as it groups them."""
    return list(PeerService.objects.filter(peer=peer))
