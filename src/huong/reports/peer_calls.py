"""Asking another Open311 system: its services, reports and updates; sending it ours. Never inside a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.utils.translation import gettext as _

from huong.base import clock, keys, net
from huong.base.errors import BadInput, TooLarge, Unavailable
from huong.reports.models import Peer
from huong.reports.rules import foreign
from huong.reports.rules.foreign import Foreign, News

MAX_BYTES = 32 * 1024 * 1024
TIMEOUT, WHOLE_SECONDS = 20.0, 90.0
BUSY = {408, 425, 429}
CONTEXT = "reports.peer"


class Refused(BadInput):
    """The other system refuses for good."""

    code = "peer_refused"


@dataclass(frozen=True)
class Line:
    """How one system is asked."""

    url: str
    form: str
    key: str
    jurisdiction: str

    @classmethod
    def to(cls, peer: Peer) -> "Line":
        """Return the line to a system; its key is opened for this."""
        key = keys.decrypt(bytes(peer.secret), context=CONTEXT).decode() if peer.secret else ""
        return cls(peer.url, peer.form, key, peer.jurisdiction)

    def services(self) -> list[dict[str, Any]]:
        """Return the services it offers, as it says them.

        Raises:
            Unavailable: it does not answer, or not understandably.
            Refused: it refuses.
        """
        return self._get("services", {})

    def requests(self, **wanted: str) -> list[Foreign]:
        """Return reports, as the parameters of the protocol name them."""
        zone = clock.zone()
        return [foreign.request_of(each, zone) for each in self._get("requests", wanted)]

    def news(self, *, since: datetime, page: int, size: int) -> list[News]:
        """Return a page of updates since an instant."""
        zone = clock.zone()
        wanted = {"start_date": stamp(since), "page": str(page), "page_size": str(size)}
        return [foreign.news_of(each, zone) for each in self._get("servicerequestupdates", wanted)]

    def id_behind(self, token: str) -> str:
        """Return the id that a token stands for, empty while there is none yet."""
        zone = clock.zone()
        try:
            found = self._get(f"tokens/{quote(token, safe='')}", {})
        except Refused:
            return ""  # some systems know a token only after a while
        return next((each.id for each in (foreign.request_of(one, zone) for one in found) if each.id), "")

    def send_request(self, fields: Mapping[str, str], *, key: str) -> Foreign:
        """Send a report; the answer names its id, or a token.

        Raises:
            Unavailable: nobody knows whether it was taken.
            Refused: it was not.
        """
        found = [foreign.request_of(each, clock.zone()) for each in self._post("requests", fields, key)]
        if not found or not (found[0].id or found[0].token):
            raise self._unclear()
        return found[0]

    def send_update(self, fields: Mapping[str, str], *, key: str) -> None:
        """Send an update.

        Raises:
            Unavailable: nobody knows whether it was taken.
            Refused: it was not.
        """
        self._post("servicerequestupdates", fields, key)

    def _common(self) -> dict[str, str]:
        return {"jurisdiction_id": self.jurisdiction} if self.jurisdiction else {}

    def _get(self, path: str, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
        fields = {**self._common(), **({"api_key": self.key} if self.key else {}), **wanted}
        return self._ask("GET", f"{self.url}{path}.{self.form}?{urlencode(fields)}", None, {})

    def _post(self, path: str, fields: Mapping[str, str], key: str) -> list[dict[str, Any]]:
        whole = {**self._common(), **({"api_key": self.key} if self.key else {}), **fields}
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "Idempotency-Key": key}
        return self._ask("POST", f"{self.url}{path}.{self.form}", urlencode(whole).encode(), headers)

    def _ask(self, method: str, url: str, content: bytes | None, headers: dict[str, str]) -> list[dict[str, Any]]:
        with net.stream(url, method=method, content=content, headers=headers, timeout=TIMEOUT) as answer:
            status = answer.status_code
            chunks, size = [], 0
            for chunk in net.chunks_of(answer, seconds=WHOLE_SECONDS):
                size += len(chunk)
                if size > MAX_BYTES:
                    raise TooLarge(_("The answer is larger than %(mb)d MB.") % {"mb": MAX_BYTES // 1_048_576})
                chunks.append(chunk)
        return self._read(status, b"".join(chunks))

    def _read(self, status: int, body: bytes) -> list[dict[str, Any]]:
        if status in BUSY or status >= 500:
            raise Unavailable(_("The other system answered %(status)d. It will be tried again.") % {"status": status})
        if not 200 <= status < 300:
            said = foreign.refusal_in(body)
            sentence = (
                _("The other system refuses (%(status)d): %(why)s")
                if said
                else _("The other system refuses (%(status)d).")
            )
            raise Refused(sentence % {"status": status, "why": said})
        try:
            return foreign.records_of(body) if body.strip() else []
        except ValueError as error:
            raise self._unclear() from error

    def _unclear(self) -> Unavailable:
        return Unavailable(
            _("The answer of the other system was cut off or cannot be read. It will be tried again."),
            code="peer_unclear",
        )


def stamp(at: datetime) -> str:
    """Return an instant as the protocol writes it."""
    return clock.local(at).isoformat(timespec="seconds")
