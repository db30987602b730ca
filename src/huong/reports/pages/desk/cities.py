"""Other cities' systems: listed with how they do, set up, tried, paused; their services matched with our categories."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huong.base.errors import HuongError
from huong.people import queries as people
from huong.people.access import needs
from huong.reports import queries
from huong.reports.actions import peer_settings
from huong.reports.actions.peer_settings import Settings
from huong.reports.models import Peer
from huong.reports.queries import cities

POWER = "reports.rules"
HOME = "/desk/reports/peers/"
MOST_SERVICES = 2000


@needs(POWER)
def listing(request: HttpRequest) -> HttpResponse:
    """List the other systems with what goes both ways, and whether they answer."""
    return render(request, "reports/desk/peers.html", {"peers": cities.overview()})


@needs(POWER)
def edit(request: HttpRequest, key: str = "") -> HttpResponse:
    """Set another system up, or change how it is set up."""
    peer = peer_settings.require(key) if key else None
    error: HuongError | None = None
    if request.method == "POST":
        try:
            kept = peer_settings.save_peer(_settings(request), key=key, by=_person(request))
        except HuongError as refusal:
            error = refusal
        else:
            messages.success(request, _("“%(name)s” is kept.") % {"name": kept.name})
            return _with_services(request, kept) if peer is None else redirect(f"{HOME}{kept.key}")
    return _shown(request, peer, error)


def _person(request: HttpRequest) -> Any:
    return request.user


def _settings(request: HttpRequest) -> Settings:
    form = request.POST
    every = form.get("every_minutes", "")
    secret = form.get("secret", "")
    return Settings(
        name=form.get("name", "")[:200],
        url=form.get("url", "")[:400],
        jurisdiction=form.get("jurisdiction", ""),
        form=form.get("form", "json"),
        secret=secret if secret or form.get("forget_secret") else None,
        agency=form.get("agency", ""),
        pulls=bool(form.get("pulls")),
        pushes=bool(form.get("pushes")),
        updates=bool(form.get("updates")),
        every_minutes=int(every) if every.isdecimal() and len(every) < 6 else 10,
    )


def _with_services(request: HttpRequest, peer: Peer) -> HttpResponse:
    """Read the services of a system that was just set up, so that they can be matched at once."""
    try:
        peer_settings.read_services(peer.key, by=_person(request))
    except HuongError as error:
        messages.error(request, error.message)
    return redirect(f"{HOME}{peer.key}")


def _shown(request: HttpRequest, peer: Peer | None, error: HuongError | None) -> HttpResponse:
    typed = request.POST if error else None
    context = {
        "peer": peer,
        "error": error,
        "typed": typed or _held(peer),
        "agencies": [(each.code, str(each)) for each in people.agencies()],
        "services": cities.services_of(peer) if peer else [],
        "categories": _categories(),
        "counts": cities.counts_of(peer) if peer else None,
    }
    return render(request, "reports/desk/peer.html", context, status=error.status if error else 200)


def _held(peer: Peer | None) -> dict[str, Any]:
    names = ("name", "url", "jurisdiction", "form", "agency", "pulls", "pushes", "updates", "every_minutes")
    if peer is None:
        return {"form": "json", "updates": True, "every_minutes": 10}
    return {name: getattr(peer, name) for name in names}


def _categories() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return our categories under their main ones, for choosing."""
    held = queries.book()
    return [
        (
            queries.category_name(main.key),
            [
                (each.key, queries.category_name(each.key))
                for each in held.categories.values()
                if each.parent == main.key
            ],
        )
        for main in held.categories.values()
        if not main.parent
    ]


@needs(POWER)
@require_POST
def match(request: HttpRequest, key: str) -> HttpResponse:
    """Keep which of our categories the services are."""
    form = request.POST
    chosen = {
        code: (form.get(f"in-{number}", ""), form.getlist(f"out-{number}"))
        for number, code in enumerate(form.getlist("code")[:MOST_SERVICES])
    }
    try:
        changed = peer_settings.map_services(key, chosen, by=_person(request))
    except HuongError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Kept: %(count)d services changed.") % {"count": changed})
    return redirect(f"{HOME}{key}#services")


@needs(POWER)
@require_POST
def do(request: HttpRequest, key: str, verb: str) -> HttpResponse:
    """Read its services again, pause it, or let it go on."""
    person = _person(request)
    try:
        if verb == "services":
            count = peer_settings.read_services(key, by=person)
            messages.success(request, _("It answers, and offers %(count)d services.") % {"count": count})
        else:
            peer_settings.pause_peer(key, active=verb == "resume", by=person)
            messages.success(request, _("It goes on.") if verb == "resume" else _("Paused. What waits stays."))
    except HuongError as error:
        messages.error(request, error.message)
    return redirect(f"{HOME}{key}")
