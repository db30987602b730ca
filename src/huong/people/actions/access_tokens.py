"""Short-lived tokens for systems, after OAuth 2 client credentials.

Source: RFC 6749 sections 2.3.1, 4.4 and 5. The client's id is the number of its API token, its secret that token.
"""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, ids, limits
from huong.base.errors import BadInput, Unauthenticated
from huong.base.text import whole
from huong.journal import actions as journal
from huong.people import events
from huong.people.auth import SHORT_PREFIX, hashed
from huong.people.models import AccessToken, ApiToken

LIVES: Final = timedelta(minutes=15)
PER_ADDRESS: Final = 60
WINDOW: Final = timedelta(minutes=5)


def grant(client_id: str, secret: str, *, scope: str, address: str) -> tuple[AccessToken, str]:
    """Give a system a token that works for a quarter of an hour.

    Args:
        client_id: the number of its API token.
        secret: the API token itself.
        scope: powers, with spaces; all of the API token's if empty.
        address: where the request comes from; counted.

    Returns:
        The row, and the token in clear.

    Raises:
        TooMany: too many requests from this address.
        Unauthenticated: no such client, another secret, revoked or expired (`invalid_client`).
        BadInput: a power that the client does not hold (`invalid_scope`).

    Records: `people.access_token_issued`; `people.client_refused` for a refusal of a known client.
    """
    limits.take(f"oauth:{address}"[:200], rate=PER_ADDRESS, per=WINDOW)
    client = _client(client_id, secret)
    wanted = scope.split() or list(client.powers)
    if set(wanted) - set(client.powers):
        _refused(client, "invalid_scope")
        raise BadInput(
            _("This client may ask for: %(powers)s.") % {"powers": " ".join(client.powers)}, code="invalid_scope"
        )
    return _granted(client, sorted(set(wanted)))


def _client(client_id: str, secret: str) -> ApiToken:
    number = whole(client_id) or 0
    known = ApiToken.objects.filter(id=number).select_related("agency", "user").first()
    found = ApiToken.objects.filter(
        id=number, hashed=hashed(secret), revoked_at=None, expires_at__gt=clock.now(), user__is_active=True
    )
    client = found.select_related("agency").first()
    if client is None:
        if known is not None:
            _refused(known, "invalid_client")
        raise Unauthenticated(_("No client has this number and this secret."), code="invalid_client")
    return client


@transaction.atomic
def _refused(client: ApiToken, reason: str) -> None:
    journal.record(events.CLIENT_REFUSED, f"token:{client.id}", by=None, agency=client.agency.code, reason=reason)


@transaction.atomic
def _granted(client: ApiToken, powers: list[str]) -> tuple[AccessToken, str]:
    now, secret = clock.now(), SHORT_PREFIX + ids.token()
    AccessToken.objects.filter(token=client, expires_at__lt=now).delete()
    row = AccessToken.objects.create(
        token=client,
        hashed=hashed(secret),
        powers=powers,
        created_at=now,
        expires_at=min(now + LIVES, client.expires_at),
    )
    journal.record(
        events.ACCESS_TOKEN_ISSUED,
        f"token:{client.id}",
        by=client.user_id,
        agency=client.agency.code,
        powers=",".join(powers),
    )
    return row, secret
