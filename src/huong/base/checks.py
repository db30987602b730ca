"""System checks: a misspelt setting must not pass unseen."""

import os
from typing import Any

from django.core import checks

from huong.config import Config

EXTRA: set[str] = set()


@checks.register()
def unknown_settings(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Warn of every `HUONG_` variable that no setting has."""
    known = {f"HUONG_{name.upper()}" for name in Config.model_fields} | EXTRA
    return [
        checks.Warning(f"The variable {name} is set, but Hương has no such setting.", id="huong.W001")
        for name in sorted(os.environ)
        if name.startswith("HUONG_") and name not in known
    ]
