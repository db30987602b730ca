"""`huong contract check FILE` and `huong contract add FILE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from huong.base.commands import HuongCommand
from huong.base.errors import BadInput
from huong.catalogue import actions
from huong.catalogue.errors import ContractRefused, VersionTooSmall


class Command(HuongCommand):
    """Check a contract, or add a version of one."""

    help = "Check a contract (an ODCS document in YAML), or add a version of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do and the file."""
        parser.add_argument("do", choices=["check", "add"])
        parser.add_argument("file", type=Path)
        parser.add_argument("--draft", action="store_true", help="Add it without putting it into force.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; a refusal lists the problems with their lines."""
        text = _text_of(options["file"])
        if options["do"] == "check":
            self._check(text, options)
        else:
            self._add(text, options)

    def _check(self, text: str, options: dict[str, Any]) -> None:
        found = actions.check(text)
        self._list(found.problems, options)
        if found.spec is None:
            raise ContractRefused(problems=[vars(problem) for problem in found.problems])
        if found.needed:
            raise VersionTooSmall(
                _("These changes need at least version %(needed)s.") % {"needed": found.needed},
                needed=found.needed,
                changes=found.changes,
                consumers=found.consumers,
            )
        self.answer(
            _("%(name)s %(version)s can be used: %(fields)s fields, %(checks)s checks.")
            % {
                "name": found.spec.dataset,
                "version": found.spec.version,
                "fields": len(found.spec.fields),
                "checks": len(found.spec.checks),
            },
            as_json=options["as_json"],
            good=True,
            dataset=found.spec.dataset,
            version=found.spec.version,
            problems=[vars(problem) for problem in found.problems],
            changes=found.changes,
        )

    def _add(self, text: str, options: dict[str, Any]) -> None:
        try:
            kept = actions.add(text, by=None, activate=not options["draft"])
        except ContractRefused:
            self._list(actions.check(text).problems, options)
            raise
        self.answer(
            _("%(name)s %(version)s is %(state)s.")
            % {"name": kept.dataset.name, "version": kept.version, "state": kept.get_state_display()},
            as_json=options["as_json"],
            dataset=kept.dataset.name,
            version=kept.version,
            state=kept.state,
        )

    def _list(self, problems: list[actions.Said], options: dict[str, Any]) -> None:
        if options["as_json"]:
            return
        for found in problems:
            note = _(" (a note)") if found.warning else ""
            self.stderr.write(f"{options['file'].name}:{found.line}:{found.column}: {found.message}{note}")


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadInput(_("There is no file %(file)s.") % {"file": file.name}) from error
    except UnicodeDecodeError as error:
        raise BadInput(_("%(file)s is not a text in UTF-8.") % {"file": file.name}) from error
