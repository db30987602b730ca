"""A real sandbox in a process of its own, for tests that need the other side of a wire."""

import json
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx


@dataclass
class Sandbox:
    """A running sandbox."""

    process: subprocess.Popen[str]
    base: str
    home: Path

    @property
    def issuer(self) -> str:
        """Return the issuer of its sign-in."""
        return f"{self.base}/vneid"

    @property
    def client_secret_file(self) -> Path:
        """Return the file of the secret of the client "huong"."""
        return self.home / "keys" / "client-secret"

    def ask(self, place: str, facts: dict[str, Any], **headers: str) -> httpx.Response:
        """Ask a register, unsigned, as the city."""
        sent = {"X-Road-Client": "VN/GOV/H57", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return httpx.post(
            f"{self.base}/r1/VN/GOV/{place}", content=json.dumps(facts).encode(), headers=sent, timeout=60
        )

    def consent(self, authorize_url: str, national_id: str, level: str = "2") -> str:
        """Sign in at the provider as somebody, and return where the browser is sent."""
        asked = httpx.URL(authorize_url)
        fields = {**dict(asked.params), "national_id": national_id, "level": level}
        answer = httpx.post(str(asked.copy_with(query=None)), data=fields, timeout=60)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(60)


def started(home: Path, *options: str) -> Sandbox:
    """Start a sandbox on a free port, and return when it serves."""
    command = [sys.executable, "-m", "huong.exchange.sandbox", "--home", str(home), "--port", "0", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        found = re.search(r"http://\S+", line)
        if found:
            threading.Thread(target=process.stderr.read, daemon=True).start()  # a full pipe would stop the process
            return Sandbox(process, found.group().rstrip("/"), home)
    raise RuntimeError(f"the sandbox ended with {process.wait()}")
