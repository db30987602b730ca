"""`huong exchange verify EXPORT`, `huong exchange export MESSAGE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import orjson
from django.utils.translation import gettext as _

from huong.base.commands import HuongCommand
from huong.base.errors import BadInput
from huong.exchange import verification


class Command(HuongCommand):
    """Prove one exchange to somebody who trusts only public keys."""

    help = "Export one exchange, or prove one from its export and public keys alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the verb and its object."""
        parser.add_argument("verb", choices=["verify", "export"])
        parser.add_argument("what", help="an export file to verify, or the X-Road-Id of an exchange to export")
        parser.add_argument(
            "--keys", action="append", default=[], help="MEMBER=FILE: a key set had from the member itself"
        )
        parser.add_argument("--client", default="", help="the consumer, where several used the same id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        if options["verb"] == "export":
            document = verification.export(options["what"], client=options["client"])
            self.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
            return
        lines = verification.verify(_read(options["what"]), trusted=_sets(options["keys"]))
        self.answer("\n".join(lines), as_json=options["as_json"], accepted=1, proven=lines)


def _sets(given: list[str]) -> dict[str, Any] | None:
    found = {}
    for each in given:
        member, _equals, file = each.partition("=")
        found[member] = _read(file)
    return found or None


def _read(file: str) -> dict[str, Any]:
    try:
        found = orjson.loads(Path(file).read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise BadInput(_("%(file)s cannot be read as JSON.") % {"file": file}) from error
    if not isinstance(found, dict):
        raise BadInput(_("%(file)s cannot be read as JSON.") % {"file": file})
    return found
