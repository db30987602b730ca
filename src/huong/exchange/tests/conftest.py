"""What the tests of the exchange share: members, a service over a dataset, a grant, and a client that signs."""

import base64
import secrets
import uuid
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from huong.base import clock
from huong.exchange.rules import heads, signatures
from huong.store.tests.conftest import allowance, contract, hydrants, load, parquet  # noqa: F401

WARD, DRAINS = "VN/GOV/H57.21/data", "VN/GOV/H57.8/data"
OUTSIDE = "VN/COM/0314409058/app"
PURPOSE = "flood.relief"
FATHER = "046092999001"
HOA = "046090001234"
ONE = b'{"filters": {"citizen_id": "046090001234"}}'
SEARCH = f"/r1/{DRAINS}/allowance/search"


@pytest.fixture
def members(agencies, frozen_clock):
    """Let the cast's agencies join, and load the purposes of Huế."""
    from huong.base.testing.cast import HUE
    from huong.exchange import loading

    loading.load(HUE)


@pytest.fixture
def outside(members):
    """Return a member of another node, with its private key."""
    return Outside.join(OUTSIDE)


@dataclass
class Outside:
    """A member elsewhere, as the tests play it: it signs by its own few lines, not by ours."""

    identifier: str
    private: Ed25519PrivateKey
    key_id: str
    client: object = None
    sent: dict[str, str] = field(default_factory=dict)

    @classmethod
    def join(cls, identifier):
        from django.test import Client

        from huong.exchange.actions import members

        private = Ed25519PrivateKey.generate()
        pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        member = members.add(identifier, name="Công ty Cấp nước", address="http://127.0.0.1:9", by=None)
        key = members.add_key(member, pem, by=None)
        return cls(identifier, private, key.key_id, Client())

    def call(self, path, *, method="GET", body=b"", issue=PURPOSE, query="", **changes):
        """Send one signed request; `changes` spoil it: headers by name, `created`, `sign=False`, `drop`, `after`."""
        headers = {
            "x-road-client": self.identifier,
            "x-road-id": changes.pop("message_id", str(uuid.uuid4())),
            "x-road-issue": issue,
            "content-digest": heads.content_digest(body),
        }
        headers = {name: value for name, value in headers.items() if value}
        headers |= {name.replace("_", "-"): value for name, value in changes.pop("headers", {}).items()}
        created = int(clock.now().timestamp()) + changes.pop("off", 0)
        names = [name for name in self.components(headers) if name != changes.get("drop")]
        params = (
            f"({' '.join(chr(34) + name + chr(34) for name in names)});created={created}"
            f';expires={created + changes.pop("life", 60)};nonce="{secrets.token_hex(8)}"'
            f';keyid="{self.key_id}";tag="{changes.pop("tag", signatures.TAG)}"'
        )
        values = {"@method": method, "@path": path, "@query": f"?{query}", **headers}
        base = "\n".join([*(f'"{name}": {values[name]}' for name in names), f'"@signature-params": {params}'])
        headers["signature-input"] = f"sig1={params}"
        headers["signature"] = f"sig1=:{base64.b64encode(self.private.sign(base.encode())).decode()}:"
        if changes.pop("sign", True) is False:
            del headers["signature"], headers["signature-input"]
        headers |= changes.pop("after", {})
        body = changes.pop("sent_body", body)
        self.sent = headers
        return self.client.generic(
            method,
            path + (f"?{query}" if query else ""),
            body,
            content_type="application/json",
            headers=headers,
        )

    @staticmethod
    def components(headers):
        order = (
            "@method",
            "@path",
            "@query",
            "content-digest",
            "x-road-client",
            "x-road-id",
            "x-road-issue",
            "x-road-userid",
        )
        return [name for name in order if name.startswith("@") or name in headers]


@pytest.fixture
def offered(hydrants, members, steward):  # noqa: F811
    """Return the hydrants as a service of the Department of Drains."""
    from huong.exchange import queries
    from huong.exchange.actions import services

    return services.offer_dataset(queries.member(DRAINS), "hydrants", by=steward)


@pytest.fixture
def granted(offered, outside, steward):
    """Return the outside member's grant: code and state of the hydrants, for flood relief."""
    return give(offered, outside.identifier, ["code", "state"], steward)


def give(service, consumer, fields, by, **more):
    """Ask for a grant and grant it."""
    from huong.exchange import queries
    from huong.exchange.actions import grants

    asked = grants.ask(
        service,
        consumer=queries.member(consumer),
        fields=fields,
        purposes=more.pop("purposes", [PURPOSE]),
        why="Bơm nước khi có lũ, cần biết trụ nào hỏng",
        by=None,
        **more,
    )
    return grants.grant(asked.number, by=by)


@pytest.fixture
def personal(allowance, members, steward):  # noqa: F811
    """Return the allowances (personal data) as a service of the Department of Drains."""
    from huong.exchange import queries
    from huong.exchange.actions import services

    return services.offer_dataset(queries.member(DRAINS), "allowance", by=steward)


@pytest.fixture(scope="session")
def neighbour(tmp_path_factory):
    """Run a sandbox of these tests' own: once it knows our keys it takes no unsigned request of ours any more."""
    from huong.base.testing.sandbox import started

    running = started(tmp_path_factory.mktemp("neighbour"), "--slow-seconds", "2")
    yield running
    running.stop()


@pytest.fixture
def met(neighbour, agencies, settings):
    """Let the city's members and the sandbox's registers meet."""
    from huong.base.testing.cast import HUE
    from huong.exchange import loading
    from huong.exchange.actions import neighbours

    settings.HUONG = settings.HUONG.model_copy(update={"outgoing_hosts": "127.0.0.1"})
    loading.load(HUE)
    assert "VN/GOV/G01/population" in neighbours.meet(neighbour.base, by=None)


@pytest.fixture
def asker(met):
    """Return the ward as a member that has met the sandbox."""
    from huong.exchange import queries
    from huong.exchange.registers import Asker

    return Asker(queries.member(WARD), "1.001193/H57.21-261124-0042", user_id=f"VN{FATHER}", patience=4.0)


@pytest.fixture
def hoa(stranger):
    """Return the party of somebody who is signed in with an account of their own."""
    from huong.people.actions import parties
    from huong.people.models import Identity

    party = parties.register("person", name="Nguyễn Thị Hoa", national_id=HOA, by=None)
    Identity.objects.create(user=stranger, party=party, issuer="test", subject_hash="0" * 64, created_at=clock.now())
    return party


@pytest.fixture
def browser(stranger, hoa):
    """Return the browser in which she is signed in."""
    from django.test import Client

    return signed_in_surely(Client(), stranger)


def signed_in_surely(browser, user):
    """Sign somebody in as with VNeID at level 2."""
    from huong.people import assurance

    browser.force_login(user)
    session = browser.session
    session[assurance.KEY] = assurance.HIGH
    session.save()
    return browser


def at_the_desk(user):
    """Return the browser of an officer who is signed in with a second factor."""
    from django.test import Client

    from huong.people import access

    browser = Client()
    browser.force_login(user)
    session = browser.session
    session[access.SECOND_FACTOR] = True
    session.save()
    return browser
