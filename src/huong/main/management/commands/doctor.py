"""`huong doctor`: what is well and what is not, with the next step."""

import os
import platform
import stat
import sys
from typing import Any

from huong.base import home, readiness
from huong.base.commands import HuongCommand
from huong.base.refusals import NotPrepared


class Command(HuongCommand):
    """Look at the installation, say what is not well, exit 1 if something must be mended."""

    help = "Say what is well and what is not."

    def handle(self, *args: Any, **options: Any) -> None:
        """Look."""
        found = {"home": home_is_prepared()} | readiness.run()
        found |= {"keys": keys_are_private(), "settings": settings_are_known()}
        facts = {
            key: {"ok": check.ok, "warning": check.warning, "detail": check.detail} for key, check in found.items()
        }
        lines = [f"Hương on Python {platform.python_version()}, home {home.home()}"]
        for key, check in found.items():
            mark = "ok  " if check.ok and not check.warning else ("warn" if check.ok else "BAD ")
            lines.append(f"{mark}  {key}: {check.detail}")
        self.answer("\n".join(lines), as_json=options["as_json"], checks=facts)
        if not all(check.ok for check in found.values()):
            sys.exit(1)


def home_is_prepared() -> readiness.Check:
    """Say whether this home was ever started, and how to do so."""
    if (home.home() / "home.json").exists():
        return readiness.Check(True, "demonstration" if home.is_demo() else "real")
    return readiness.Check(False, NotPrepared().message)


def keys_are_private() -> readiness.Check:
    """Say whether only the owner may read the key files."""
    loose = [
        file.name
        for file in (home.home() / "keys").glob("*")
        if file.is_file() and stat.S_IMODE(os.stat(file).st_mode) & 0o077
    ]
    return readiness.Check(not loose, f"readable by others: {', '.join(loose)}" if loose else "private")


def settings_are_known() -> readiness.Check:
    """Say whether Django's and our own system checks pass."""
    from django.core.checks import run_checks

    found = [str(message.msg) for message in run_checks() if message.level >= 30]
    return readiness.Check(True, "; ".join(found) or "known", warning=bool(found))
