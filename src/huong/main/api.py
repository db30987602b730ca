"""The one API object: every package's router, one way of signing in, one shape of refusals."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from huong.base.errors import BadInput, HuongError, Unauthenticated
from huong.catalogue.api import router as catalogue
from huong.exchange.api import router as exchange
from huong.intake.api import router as intake
from huong.main.answers import refusal
from huong.people.auth import Door
from huong.procedures.api import router as procedures
from huong.quality.api import router as quality
from huong.reports.api import router as reports
from huong.store.api import router as store


class OrjsonParser(Parser):
    """Reads request bodies."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the body as plain values.

        Raises:
            BadInput: it is not JSON.
        """
        try:
            found: dict[str, Any] = orjson.loads(request.body)
            return found
        except orjson.JSONDecodeError as error:
            raise BadInput(f"The body is not JSON: {error}", code="not_json") from error


class OrjsonRenderer(BaseRenderer):
    """Writes answers."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: object, *, response_status: int) -> bytes:
        """Return the answer as JSON in UTF-8."""
        return orjson.dumps(data, default=str)


api = NinjaAPI(
    title="Hương",
    version="1",
    description="Field reports; datasets, contracts, scores, rows, loads and quarantine of the city's shared store; services and grants.",
    auth=Door(),
    parser=OrjsonParser(),
    renderer=OrjsonRenderer(),
    openapi_url="/openapi.json",
    docs_url="/docs",
    urls_namespace="api",
)
api.add_router("", catalogue, tags=["catalogue"])
api.add_router("", store, tags=["store"])
api.add_router("", quality, tags=["quality"])
api.add_router("", intake, tags=["intake"])
api.add_router("", exchange, tags=["exchange"])
api.add_router("", reports)
api.add_router("", procedures)


@api.exception_handler(HuongError)
def refused(request: HttpRequest, error: HuongError) -> HttpResponse:
    """Answer a refusal as problem details."""
    return refusal(request, error)


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer parameters or a body of the wrong shape."""
    where = "; ".join(f"{'.'.join(str(part) for part in item['loc'][1:])}: {item['msg']}" for item in error.errors)
    return refusal(request, BadInput(where, code="not_valid"))


@api.exception_handler(AuthenticationError)
def unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Answer somebody who is not signed in."""
    return refusal(request, Unauthenticated())
