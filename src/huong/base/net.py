"""Outgoing HTTP that cannot be turned against the house: known schemes, public addresses, bounded size and time.

Private, loopback and link-local addresses are refused unless the host is named in
`HUONG_OUTGOING_HOSTS`. The address that was checked is the address that is connected to, so a name
that resolves differently a moment later (DNS rebinding) gains nothing. Redirects are not followed.
"""

import ipaddress
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from huong.base.errors import BadInput, TooLarge, Unavailable

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 64 * 1024 * 1024
TIMEOUT = 30.0
MOST_SECONDS = 900.0
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _allowed(host: str, port: int) -> bool:
    named = {entry.strip() for entry in settings.HUONG.outgoing_hosts.split(",") if entry.strip()}
    return host in named or f"{host}:{port}" in named


def _address_of(url: str) -> tuple[str, str, int]:
    """Return host, the checked address and the port of a URL."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise _no_address(url) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise _no_address(url)
    return parts.hostname, checked_address(parts.hostname, port), port


def _no_address(url: str) -> BadInput:
    plain = url.rpartition("@")[2]  # what stands before it may be a password
    return BadInput(_("“%(url)s” is not a web address that can be fetched.") % {"url": plain[:200]})


def checked_address(host: str, port: int) -> str:
    """Return the address to connect to for a host, for whatever leaves the house.

    Args:
        host: a name, an address, or the folder of a socket on this machine.

    Raises:
        Unavailable: nobody knows the host.
        BadInput: it lies in a private network and no operator has named it.
    """
    if host.startswith("/"):
        if not _allowed(host, port):
            raise _private(host)
        return ""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable(_("The host %(host)s is not known.") % {"host": host}) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not _allowed(host, port) and not all(_is_public(address) for address in addresses):
        raise _private(host)
    return addresses[0]


def _private(host: str) -> BadInput:
    return BadInput(
        _("The host %(host)s lies inside a private network. An operator can allow it by name.") % {"host": host},
        code="private_address",
    )


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "sixtofour", None)  # an IPv4 address inside an IPv6 one (RFC 3056, RFC 6052)
    if isinstance(found, ipaddress.IPv6Address) and found in _NAT64:
        inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.is_global and not found.is_multicast and (inner is None or inner.is_global)


_LIMITS = {"max_connections": 100, "max_keepalive_connections": 20, "keepalive_expiry": 5.0}
_MOST_HOSTS = 64
_clients: "dict[tuple[str, str, int], httpx.Client]" = {}


def _library() -> ModuleType:
    """Return httpx, loaded with the first call that leaves the house: its command line takes a sixth of every start."""
    import httpx

    return httpx


def _client(host: str, address: str, port: int) -> "httpx.Client":
    """Return the client of one host at one checked address: its connections are used again, and only for it."""
    key = (host, address, port)
    found = _clients.get(key)
    if found is None:
        if len(_clients) >= _MOST_HOSTS:
            _clients.clear()  # those still in use end with their requests
        found = _clients[key] = _library().Client(
            follow_redirects=False, trust_env=False, limits=_library().Limits(**_LIMITS)
        )
    return found


def close_connections() -> None:
    """Close the connections that are kept for the next request to a host."""
    while _clients:
        _clients.popitem()[1].close()


def _pinned(url: str) -> "tuple[httpx.URL, dict[str, str], dict[str, str], httpx.Client]":
    host, address, port = _address_of(url)
    target = _library().URL(url)
    header = target.netloc.decode()
    client = _client(host, address, port)
    return target.copy_with(host=address), {"Host": header}, {"sni_hostname": host}, client


@contextmanager
def stream(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    content: bytes | None = None,
    timeout: float = TIMEOUT,
) -> "Iterator[httpx.Response]":
    """Open one request and hand the response over unread.

    Raises:
        BadInput: the address may not be fetched.
        Unavailable: nobody answered in time.
    """
    full = str(_library().URL(url).copy_merge_params(dict(params))) if params else url
    target, host, extensions, client = _pinned(full)
    try:
        with client.stream(
            method,
            target,
            headers={**(headers or {}), **host},
            content=content,
            extensions=extensions,
            timeout=timeout,
        ) as response:
            yield response
    except _library().HTTPError as error:
        raise Unavailable(
            _("%(host)s did not answer (%(why)s). It will be tried again.")
            % {"host": urlsplit(url).hostname, "why": type(error).__name__}
        ) from error


def chunks_of(response: "httpx.Response", *, seconds: float = MOST_SECONDS) -> Iterator[bytes]:
    """Return a response piece by piece; one that drips is given up, or it would hold its reader for ever.

    Raises:
        Unavailable: it took longer than so many seconds altogether.
    """
    begun = time.monotonic()
    for chunk in response.iter_bytes():
        yield chunk
        if time.monotonic() - begun > seconds:
            raise Unavailable(
                _("%(host)s did not answer (%(why)s). It will be tried again.")
                % {"host": response.request.headers.get("Host", "?"), "why": "too slow"}
            )


def body_of(response: "httpx.Response", *, max_bytes: int = MAX_BYTES) -> bytes:
    """Read a response, at most so many bytes.

    Raises:
        TooLarge: it is larger.
    """
    chunks, total = [], 0
    for chunk in chunks_of(response):
        total += len(chunk)
        if total > max_bytes:
            raise TooLarge(_("The answer is larger than %(mb)d MB.") % {"mb": max_bytes // 1_048_576})
        chunks.append(chunk)
    return b"".join(chunks)


def get(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
    max_bytes: int = MAX_BYTES,
) -> "httpx.Response":
    """Fetch a page whole, with the checks of `stream`."""
    with stream(url, headers=headers, params=params, timeout=timeout) as response:
        body = body_of(response, max_bytes=max_bytes)
    headers_ = [(k, v) for k, v in response.headers.items() if k.lower() not in {"content-encoding", "content-length"}]
    found: httpx.Response = _library().Response(
        response.status_code, headers=headers_, content=body, request=response.request
    )
    return found


def post(
    url: str, *, content: bytes, headers: Mapping[str, str] | None = None, timeout: float = TIMEOUT
) -> "httpx.Response":
    """Send bytes, with the checks of `stream`."""
    with stream(url, method="POST", content=content, headers=headers, timeout=timeout) as response:
        body = body_of(response)
    found: httpx.Response = _library().Response(response.status_code, content=body, request=response.request)
    return found
