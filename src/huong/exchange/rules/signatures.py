"""What a signature covers: signature bases and parameters of HTTP message signatures, and when one is fresh.

Source: RFC 9421 sections 2 and 3, RFC 8941 for the shape of `Signature-Input`. Our profile is a subset: one
label, plain components without parameters, Ed25519.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from huong.base.text import whole

TAG: Final = "huong-exchange"
LABEL: Final = "sig1"
LIFE_SECONDS: Final = 60
SKEW_SECONDS: Final = 5
REQUEST: Final = ("@method", "@path", "@query", "content-digest", "x-road-client", "x-road-id")
REQUEST_IF_PRESENT: Final = ("x-road-issue", "x-road-userid", "x-road-represented-party")
RESPONSE: Final = ("@status", "content-digest", "x-road-request-hash", "x-road-id", "x-road-request-id")
RESPONSE_IF_PRESENT: Final = ("x-road-error",)
_INPUT = re.compile(
    r'([a-z*][a-z0-9_\-.*]*)=\(((?:"[!#-\[\]-~ ]*")(?: "[!#-\[\]-~ ]*")*|)\)((?:;[a-z][a-z0-9_\-.*]*=(?:"[^"\\]*"|-?\d{1,15}))*)'
)
_COMPONENT = re.compile(r'"([^"]*)"')
_PARAMETER = re.compile(r';([a-z][a-z0-9_\-.*]*)=(?:"([^"\\]*)"|(-?\d{1,15}))')
_SIGNATURE = re.compile(r"([a-z*][a-z0-9_\-.*]*)=:([A-Za-z0-9+/]*={0,2}):")


@dataclass(frozen=True)
class Params:
    """A parsed `Signature-Input`: the components covered and the parameters, and the text that was signed."""

    label: str
    components: tuple[str, ...]
    parameters: Mapping[str, str]
    text: str

    def number(self, name: str) -> int | None:
        """Return a time parameter in seconds since 1970, None if it is not there."""
        value = self.parameters.get(name, "")
        return whole(value)


def params_text(
    components: Sequence[str], *, created: int, expires: int, nonce: str, key_id: str, tag: str = TAG
) -> str:
    """Return signature parameters as they are sent and signed.

    >>> params_text(["@status"], created=1, expires=2, nonce="n", key_id="k")
    '("@status");created=1;expires=2;nonce="n";keyid="k";tag="huong-exchange"'
    """
    names = " ".join(f'"{name}"' for name in components)
    return f'({names});created={created};expires={expires};nonce="{nonce}";keyid="{key_id}";tag="{tag}"'


def base_of(components: Sequence[str], values: Mapping[str, str], params: str) -> bytes:
    """Return the signature base (RFC 9421 section 2.5).

    Args:
        values: by component name; a missing one is a KeyError.
    """
    lines = [f'"{name}": {values[name].strip()}' for name in components]
    return "\n".join([*lines, f'"@signature-params": {params}']).encode()


def parsed(signature_input: str) -> Params | None:
    """Return a `Signature-Input` with one label, None if it is anything else.

    >>> parsed('sig1=("@method" "x-road-id");created=5;keyid="k"').components
    ('@method', 'x-road-id')
    >>> parsed('a=("@method"), b=("@method")') is None
    True
    """
    found = _INPUT.fullmatch(signature_input.strip())
    if found is None:
        return None
    label, inner, rest = found.groups()
    components = tuple(_COMPONENT.findall(inner))
    parameters: dict[str, str] = {}
    for name, text, number in _PARAMETER.findall(rest):
        if name in parameters:
            return None
        parameters[name] = text or number
    if len(set(components)) != len(components):
        return None
    return Params(label, components, parameters, signature_input.strip()[len(label) + 1 :])


def signature_of(header: str, label: str) -> bytes | None:
    """Return the bytes of the one signature in a `Signature` header, None if it is anything else.

    >>> signature_of("sig1=:AAA=:", "sig1")
    b'\\x00\\x00'
    """
    found = _SIGNATURE.fullmatch(header.strip())
    if found is None or found.group(1) != label:
        return None
    try:
        return base64.b64decode(found.group(2), validate=True)
    except (binascii.Error, ValueError):
        return None


def missing(params: Params, required: Sequence[str], present: Sequence[str]) -> tuple[str, ...]:
    """Return the components that must be covered and are not: the required ones, and those that came along."""
    return tuple(name for name in (*required, *present) if name not in params.components)


def staleness(params: Params, now: int) -> str:
    """Say why a signature is not fresh: "untimed", "too_long", "early", "late"; empty if it is fresh.

    >>> made = parsed('sig1=();created=100;expires=160')
    >>> staleness(made, 130), staleness(made, 166), staleness(made, 90)
    ('', 'late', 'early')
    """
    created, expires = params.number("created"), params.number("expires")
    if created is None or expires is None or not params.parameters.get("nonce", "x"):
        return "untimed"
    if not 0 < expires - created <= LIFE_SECONDS:
        return "too_long"
    if created > now + SKEW_SECONDS:
        return "early"
    return "late" if now > expires + SKEW_SECONDS else ""
