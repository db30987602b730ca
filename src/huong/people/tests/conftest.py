"""A city that signs people in by OpenID Connect and by phone."""

import pytest
from django.test import Client

from huong.people import relying, texting


@pytest.fixture
def trusting(settings):
    """Return a function that makes the city trust an issuer."""

    def trust(issuer: str, secret: str = "") -> None:
        host = issuer.split("/")[2]
        settings.HUONG = settings.HUONG.model_copy(
            update={"oidc_issuer": issuer, "oidc_client_secret": secret, "outgoing_hosts": host}
        )
        relying._known.clear()

    return trust


@pytest.fixture
def vneid(trusting, sandbox):
    """Make the city trust the sandbox; return the sandbox."""
    trusting(sandbox.issuer, sandbox.client_secret_file.read_text())
    return sandbox


@pytest.fixture
def browser():
    """Return a browser on this machine."""
    return Client(HTTP_HOST="127.0.0.1:8190")


@pytest.fixture
def signs_in(vneid):
    """Return a function by which a browser signs in as somebody, and which returns the last answer."""

    def sign_in(browser: Client, national_id: str, *, level: str = "2", **asked: str):
        begun = browser.get("/account/openid", asked)
        assert begun.status_code == 302, begun.content.decode()[:2000]
        back = vneid.consent(begun["Location"], national_id, level)
        return browser.get(back.removeprefix("http://127.0.0.1:8190"))

    return sign_in


@pytest.fixture
def texts(monkeypatch):
    """Return the codes that were sent: (number, code)."""
    sent = []

    class Pager:
        def is_ready(self):
            return True

        def send(self, number, *, code, minutes, key):
            sent.append((number, code))

    monkeypatch.setitem(texting.texters._held, "sms", Pager())
    return sent
