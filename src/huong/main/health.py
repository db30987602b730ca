"""Liveness, readiness and metrics."""

import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from huong.base import readiness
from huong.base.errors import Forbidden
from huong.people.access import open_to_all

LOOPBACK = {"127.0.0.1", "::1"}


@open_to_all
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this worker lives; asks nothing of anybody."""
    return HttpResponse("ok", content_type="text/plain")


@open_to_all
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the platform can work: database, disk, store, readers' lag, age of the tested backup."""
    found = readiness.run()
    ready = all(check.ok for check in found.values())
    body = {
        "ready": ready,
        "checks": {
            key: {"ok": check.ok, "warning": check.warning, "detail": check.detail} for key, check in found.items()
        },
    }
    return JsonResponse(body, status=200 if ready else 503)


@open_to_all
def metrics(request: HttpRequest) -> HttpResponse:
    """Give Prometheus what the checks found, to loopback or to a holder of the token.

    Raises:
        Forbidden: asked from elsewhere without the token.
    """
    token = settings.HUONG.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    local = request.META.get("REMOTE_ADDR") in LOOPBACK and not request.META.get("HUONG_FORWARDED")
    if not local and not (token and hmac.compare_digest(token, given)):
        raise Forbidden
    lines = ["# TYPE huong_check_ok gauge"]
    lines += [f'huong_check_ok{{check="{key}"}} {int(check.ok)}' for key, check in readiness.run().items()]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")
