"""A provider that the tests play at the network's edge: it answers as told, rightly or wrongly."""

import base64
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from huong.exchange.rules import heads, signatures

Spoil = Callable[["Reply"], None]


@dataclass
class Reply:
    """An answer before it leaves, for `spoil` to change: before signing (`early`) or after."""

    body: bytes
    headers: dict[str, str]
    status: int = 200
    created: int = field(default_factory=lambda: int(time.time()))
    cut: int = 0
    wait: float = 0.0


@dataclass
class FakeProvider:
    """A provider node with one key. `say` is what it answers; `early` and `late` spoil the answer."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    key_id: str = ""
    say: Callable[[str, bytes], bytes] = lambda path, body: b"{}"
    early: Spoil = lambda reply: None
    late: Spoil = lambda reply: None
    address: str = ""
    seen: list[dict[str, str]] = field(default_factory=list)

    @property
    def pem(self) -> bytes:
        """Return the public key."""
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def reply(self, method: str, target: str, asked: dict[str, str], body: bytes) -> Reply:
        """Return the signed answer to a request."""
        request_id = "0192f3c0-0000-7000-8000-000000000001"
        said = self.say(target, body)
        head = heads.head_of(method, target, asked, request_id)
        reply = Reply(said, {"x-road-id": asked["x-road-id"], "x-road-request-id": request_id})
        reply.headers["x-road-request-hash"] = heads.request_hash(head, body)
        self.early(reply)
        reply.headers["content-digest"] = heads.content_digest(reply.body)
        names = [*signatures.RESPONSE, *(["x-road-error"] if "x-road-error" in reply.headers else [])]
        params = signatures.params_text(
            names,
            created=reply.created,
            expires=reply.created + 60,
            nonce=secrets.token_hex(8),
            key_id=self.key_id,
        )
        base = signatures.base_of(names, {"@status": str(reply.status), **reply.headers}, params)
        reply.headers["signature-input"] = f"sig1={params}"
        reply.headers["signature"] = f"sig1=:{base64.b64encode(self.private.sign(base)).decode()}:"
        self.late(reply)
        return reply

    @contextmanager
    def serving(self) -> Iterator["FakeProvider"]:
        """Answer on a port of this machine."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(provider: FakeProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers every request by the provider's reply."""

        def _serve(self) -> None:
            asked = {name.lower(): value for name, value in self.headers.items()}
            provider.seen.append(asked)
            body = self.rfile.read(int(asked.get("content-length", 0)))
            reply = provider.reply(self.command, self.path, asked, body)
            time.sleep(reply.wait)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: len(reply.body) - reply.cut])
            self.close_connection = True

        do_GET = do_POST = _serve  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    return Handler
