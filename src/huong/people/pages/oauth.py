"""OAuth 2 for systems: the token endpoint (client credentials) and its description.

Source: RFC 6749 sections 4.4 and 5, RFC 8414.
"""

import base64
import binascii
from urllib.parse import unquote_plus

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from huong.base import clock
from huong.base.errors import HuongError
from huong.people import access, rules, sessions
from huong.people.actions import access_tokens


@csrf_exempt
@access.open_to_all
@sensitive_post_parameters("client_secret")
@never_cache
@require_POST
def token(request: HttpRequest) -> JsonResponse:
    """Give a system a short-lived token for its number and secret; by form only, never by query."""
    if request.POST.get("grant_type") != "client_credentials":
        return _error("unsupported_grant_type", "grant_type must be client_credentials")
    name, secret = _credentials(request)
    try:
        row, value = access_tokens.grant(
            name, secret, scope=request.POST.get("scope", ""), address=sessions.address_of(request)
        )
    except HuongError as error:
        return _refusal(error)
    lives = int((row.expires_at - clock.now()).total_seconds())
    return _answer(
        {"access_token": value, "token_type": "Bearer", "expires_in": lives, "scope": " ".join(row.powers)}, 200
    )


def _credentials(request: HttpRequest) -> tuple[str, str]:
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return request.POST.get("client_id", ""), request.POST.get("client_secret", "")
    try:
        name, _colon, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)


def _refusal(error: HuongError) -> JsonResponse:
    if error.status == 401:
        answer = _error("invalid_client", error.message, 401)
        answer["WWW-Authenticate"] = 'Basic realm="huong", charset="UTF-8"'
        return answer
    if error.status == 429:
        answer = _error("temporarily_unavailable", error.message, 429)
        answer["Retry-After"] = str(error.details.get("retry_after", 60))
        return answer
    return _error(error.code, error.message, error.status)


def _error(code: str, sentence: str, status: int = 400) -> JsonResponse:
    return _answer({"error": code, "error_description": sentence}, status)


def _answer(facts: dict[str, object], status: int) -> JsonResponse:
    answer = JsonResponse(facts, status=status)
    answer["Cache-Control"], answer["Pragma"] = "no-store", "no-cache"
    return answer


@access.open_to_all
@require_safe
def metadata(request: HttpRequest) -> JsonResponse:
    """Describe the token endpoint to clients that ask for it."""
    return JsonResponse(
        {
            "issuer": request.build_absolute_uri("/").rstrip("/"),
            "token_endpoint": request.build_absolute_uri(reverse("people:oauth_token")),
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "scopes_supported": sorted(set(rules.POWERS) - {"people.manage"}),
        }
    )
