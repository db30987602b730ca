"""One call to the national portal. It touches no database and may not run inside a transaction."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from django.utils.translation import gettext as _

from huong.base import net
from huong.base.errors import BadInput, Unavailable

OK, BUSY, BROKEN = 200, 429, 500
TAKEN = "0"


def address() -> str:
    """Return where the portal's interface is; empty if the city has none."""
    return settings.HUONG.portal_url or (f"{settings.HUONG.sandbox_url}/portal" if settings.HUONG.sandbox_url else "")


def call(service: str, facts: Mapping[str, Any], *, key: str) -> None:
    """Tell the portal something, under a key by which it knows a repetition.

    Raises:
        Unavailable: it does not answer, or answers something that may pass: tried again by itself.
        BadInput: it refuses for good; somebody has to look.
    """
    token = settings.HUONG.portal_token
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    answer = net.post(f"{address().rstrip('/')}/{service}", content=orjson.dumps(facts), headers=headers, timeout=15)
    if answer.status_code >= BROKEN or answer.status_code == BUSY:
        raise Unavailable(_("The national portal answered %(status)s.") % {"status": answer.status_code})
    try:
        told = orjson.loads(answer.content)
        word, sentence = str(told.get("error_code", "")), str(told.get("message", ""))
    except (ValueError, AttributeError) as error:
        raise Unavailable(_("The national portal sent something that cannot be read.")) from error
    if answer.status_code != OK or word != TAKEN:
        raise BadInput(
            _("The national portal refused: %(why)s") % {"why": sentence[:200] or answer.status_code},
            code="portal_refused",
        )
