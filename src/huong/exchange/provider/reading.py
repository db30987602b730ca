"""Reading a request of the protocol strictly, before anybody is asked anything."""

from dataclasses import dataclass
from urllib.parse import quote

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huong.base import ids
from huong.exchange import signing
from huong.exchange.errors import BadMessage
from huong.exchange.rules import heads, identifiers

MOST_BYTES = 4 * 1024 * 1024
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})


@dataclass(frozen=True)
class Asked:
    """A request, read."""

    method: str
    path: str
    query: str
    address: identifiers.Address
    client: str
    message_id: str
    made_id: str
    request_id: str
    issue: str
    user_id: str
    headers: dict[str, str]
    body: bytes

    @property
    def target(self) -> str:
        """Return path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def head(self) -> str:
        """Return the canonical head, as it is hashed."""
        return heads.head_of(self.method, self.target, self.headers, self.request_id, made_id=self.made_id)

    @property
    def hash(self) -> str:
        """Return the request hash."""
        return heads.request_hash(self.head, self.body)

    @property
    def message(self) -> signing.Message:
        """Return the request as far as signatures go."""
        return signing.request(self.method, self.path, self.query, self.headers, self.body)


def read(request: HttpRequest) -> Asked:
    """Return the request as one of the protocol.

    Raises:
        BadMessage: it is none; the sentence says what is wrong.
    """
    headers = {name: request.headers[name] for name in heads.HEADERS if name in request.headers}
    path = quote(request.path_info, safe=identifiers.SAFE + "/:@!$&*;~_")
    made = "" if headers.get("x-road-id") else made_id()
    try:
        address = identifiers.address_of(path)
        client = identifiers.member_id(headers.get("x-road-client", ""), parts=(3, 4))
        message_id = made or identifiers.message_id(headers["x-road-id"])
        issue = identifiers.issue(headers.get("x-road-issue", ""))
        user_id = identifiers.user_id(headers.get("x-road-userid", ""))
    except identifiers.Malformed as error:
        raise BadMessage(_("The request is not one of the protocol: %(why)s.") % {"why": error}) from error
    body = _body(request)
    if not body:
        headers.pop("content-type", None)  # some servers invent one
    query = request.META.get("QUERY_STRING", "")
    if request.method not in METHODS or len(path) + len(query) > identifiers.LONGEST:
        raise BadMessage(_("This method or so long an address is not part of the protocol."))
    return Asked(
        str(request.method), path, query, address, client, message_id, made, made_id(), issue, user_id, headers, body
    )


def _body(request: HttpRequest) -> bytes:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        raise BadMessage(_("A request has at most %(mb)d MB.") % {"mb": MOST_BYTES // 1_048_576})
    return request.body


def made_id() -> str:
    """Return a new message id: a UUID that sorts by time."""
    plain = ids.new_id()
    return f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"
