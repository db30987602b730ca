"""`huong`: the one command. Each word names a management command of the package that owns it."""

import os
import sys

import django
from django.core.management import ManagementUtility
from pydantic import ValidationError

from huong.base.memory import beginning

DEFAULT = ("help",)
SECRET = ("database", "mail_url", "metrics_token")  # may hold a password, so they are never shown


def main(argv: list[str] | None = None) -> None:
    """Run `huong COMMAND ...`; exit 0 done, 1 refused, 2 wrong usage."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huong.settings")
    with beginning():
        require_settings()
        django.setup()
    words = list(sys.argv[1:] if argv is None else argv)
    ManagementUtility(["huong", *(words or DEFAULT)]).execute()


def require_settings() -> None:
    """End with a sentence when a setting is wrong (exit 2) or the home cannot be written to (exit 1)."""
    try:
        import huong.settings  # noqa: F401
    except ValidationError as error:
        for fault in error.errors():
            setting = "_".join(str(part) for part in fault["loc"])
            shown = "" if setting in SECRET else f"={fault['input']}"
            sys.stderr.write(f"HUONG_{setting.upper()}{shown}: {fault['msg']}. See docs/settings.md.\n")
        sys.exit(2)
    except OSError as error:
        home = os.environ.get("HUONG_HOME", "var")
        sys.stderr.write(
            f"The home {home} cannot be used ({error.strerror}). Set HUONG_HOME to a folder of your own.\n"
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
