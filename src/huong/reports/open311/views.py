"""The endpoints of Open311, twice: the real ones and the ones to try things at."""

from typing import Any

from django.utils.translation import gettext as _

from huong.base.errors import NotFound
from huong.reports.open311 import production, services, trial, updates
from huong.reports.open311.answers import endpoint
from huong.reports.open311.asking import Asked


@endpoint("GET", "HEAD")
def discovery(asked: Asked) -> tuple[str, Any]:
    """Say where the endpoints are."""
    return "discovery", services.discovery(asked.base)


@endpoint("GET", "HEAD")
def service_list(asked: Asked, *, testing: bool) -> tuple[str, Any]:
    """List what can be reported."""
    return "services", services.listing()


@endpoint("GET", "HEAD")
def service(asked: Asked, *, testing: bool, code: str) -> tuple[str, Any]:
    """Say what is asked for a service."""
    return "service_definition", services.definition(code)


@endpoint("GET", "HEAD", "POST")
def requests(asked: Asked, *, testing: bool) -> tuple[str, Any]:
    """List reports, or take one in."""
    side = trial if testing else production
    if asked.request.method == "POST":
        return "service_requests", [side.send(asked)]
    return "service_requests", side.listing(asked)


@endpoint("GET", "HEAD")
def request(asked: Asked, *, testing: bool, number: str) -> tuple[str, Any]:
    """Return one report."""
    return "service_requests", trial.one(number, asked) if testing else production.one(number, asked)


@endpoint("GET", "HEAD")
def token(asked: Asked, *, testing: bool, given: str) -> tuple[str, Any]:
    """Return the id behind a token."""
    return "service_requests", [trial.token(given) if testing else production.token(given)]


@endpoint("GET", "HEAD", "POST")
def request_updates(asked: Asked, *, testing: bool) -> tuple[str, Any]:
    """List what became of reports, or take an update in."""
    if asked.request.method == "POST":
        return "service_request_updates", [trial.take_update(asked) if testing else updates.take(asked)]
    return "service_request_updates", trial.updates(asked) if testing else updates.listing(asked)


@endpoint("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
def nothing(asked: Asked) -> tuple[str, Any]:
    """Refuse an address that is no endpoint.

    Raises:
        NotFound: always.
    """
    raise NotFound(_("There is no endpoint at this address. See /open311/discovery.xml."))
