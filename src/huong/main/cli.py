"""`huong`: the one command. Each word names a management command of the package that owns it."""

import os
import sys

DEFAULT = ("help",)


def main(argv: list[str] | None = None) -> None:
    """Run `huong COMMAND ...`; exit 0 done, 1 refused, 2 wrong usage."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huong.settings")
    from django.core.management import ManagementUtility

    words = list(sys.argv[1:] if argv is None else argv)
    ManagementUtility(["huong", *(words or DEFAULT)]).execute()


if __name__ == "__main__":
    main()
