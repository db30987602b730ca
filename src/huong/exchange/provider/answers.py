"""Answers of the edge: headers of the protocol, error bodies, signatures of the provider."""

from typing import Any

import orjson
from django.http import HttpResponse

from huong.exchange import signing
from huong.exchange.actions import members
from huong.exchange.errors import Refused
from huong.exchange.models import Member
from huong.exchange.provider.reading import Asked
from huong.exchange.rules import heads


def headers_of(asked: Asked, body: bytes, *, fault: str = "") -> dict[str, str]:
    """Return the protocol's headers of an answer, by lower-case name."""
    found = {
        "content-digest": heads.content_digest(body),
        "x-road-client": asked.client,
        "x-road-service": asked.address.identifier,
        "x-road-id": asked.message_id,
        "x-road-request-id": asked.request_id,
        "x-road-request-hash": asked.hash,
    }
    return found | ({"x-road-error": fault} if fault else {})


def signed(status: int, headers: dict[str, str], body: bytes, by: Member | None) -> dict[str, str]:
    """Return the headers with the provider's signature, if the provider is a member of this home."""
    if by is None or not by.own:
        return headers
    return headers | signing.signed(signing.answer(status, headers, body), members.signing_key(by).key_id)


def response(status: int, headers: dict[str, str], body: bytes, content_type: str = "application/json") -> HttpResponse:
    """Return the HTTP answer; nothing of it may be kept by caches."""
    found = HttpResponse(body, status=status, content_type=content_type)
    for name, value in headers.items():
        found.headers["-".join(part.capitalize() for part in name.split("-"))] = value
    found.headers["Cache-Control"] = "no-store"
    return found


def error_body(error: Refused, detail: str) -> bytes:
    """Return a refusal as X-Road clients read it: type, message, detail (an id to look up in the log)."""
    body: dict[str, Any] = {"type": error.fault, "message": error.message, "detail": detail}
    return orjson.dumps(body)
