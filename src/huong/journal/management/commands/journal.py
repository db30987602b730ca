"""`huong journal`: prove, export and seal the journal; keep its readers going."""

import argparse
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.commands import HuongCommand
from huong.journal import actions, queries, seal_keys, seals, tallies, verification


def _day(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return found if found.tzinfo else found.replace(tzinfo=clock.zone())


class Command(HuongCommand):
    """Door of the journal's verbs for the command line."""

    help = "verify | export FILE | seal | rotate | lag | skip READER | compare TALLY | rebuild TALLY"

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the subcommands."""
        common = CommandParser(add_help=False)
        common.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
        sub = parser.add_subparsers(dest="task", required=True)
        verify = sub.add_parser("verify", parents=[common], help="prove the journal, or an export of it")
        verify.add_argument("--export", type=Path, help="an export file; this database if left out")
        verify.add_argument("--keys", type=Path, help="a folder of public keys (*.pub)")
        verify.add_argument("--expect", default="", help="the digest of a seal that must be there")
        export = sub.add_parser("export", parents=[common], help="write entries, seals and public keys")
        export.add_argument("file", type=Path)
        export.add_argument("--since", type=_day)
        export.add_argument("--until", type=_day)
        for name in ("seal", "rotate", "lag"):
            sub.add_parser(name, parents=[common])
        for name in ("skip", "compare", "rebuild"):
            sub.add_parser(name, parents=[common]).add_argument("name")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run one subcommand; exit 0 when done, 1 when refused, 2 on wrong usage."""
        tasks: dict[str, Callable[[dict[str, Any]], tuple[dict[str, Any], str, bool]]] = {
            "verify": _verify,
            "export": _export,
            "seal": _seal,
            "rotate": _rotate,
            "lag": _lag,
            "skip": _skip,
            "compare": _compare,
            "rebuild": _rebuild,
        }
        facts, text, ok = tasks[options["task"]](options)
        self.answer(text, as_json=options["as_json"], **facts)
        if not ok:
            raise CommandError(_("The journal does not fit its seals."), returncode=1)


Answer = tuple[dict[str, Any], str, bool]


def _verify(options: dict[str, Any]) -> Answer:
    file, folder = options["export"], options["keys"]
    for path in (file, folder):
        if path is not None and not path.exists():
            raise CommandError(_("There is no %(path)s.") % {"path": path}, returncode=2)
    keys = seal_keys.public_keys(folder)
    if file:
        verdict = verification.verify(file, keys, expected=options["expect"])
    else:
        verdict = seals.verify_here(keys, expected=options["expect"])
    summary = _("%(sealed)d entries under %(seals)d seals fit, %(unsealed)d are not sealed yet. Last seal: %(last)s")
    text = "\n".join([*(problem.message for problem in verdict.problems), summary % asdict(verdict)])
    return {"ok": verdict.ok, **asdict(verdict)}, text, verdict.ok


def _export(options: dict[str, Any]) -> Answer:
    count = seals.export(options["file"], options["since"], options["until"])
    return {"lines": count}, _("%(count)d lines written to %(file)s.") % {"count": count, "file": options["file"]}, True


def _seal(_options: dict[str, Any]) -> Answer:
    count = seals.seal()
    return {"sealed": count}, _("%(count)d entries sealed.") % {"count": count}, True


def _rotate(_options: dict[str, Any]) -> Answer:
    key_id = seal_keys.rotate()
    return {"key": key_id}, _("Seals are signed with the new key %(key)s from now on.") % {"key": key_id}, True


def _lag(_options: dict[str, Any]) -> Answer:
    found = queries.lag()
    rows = [f"{each.reader}: {each.entries} ({each.seconds:.0f} s) {each.error}".rstrip() for each in found]
    return {"readers": [asdict(each) for each in found]}, "\n".join(rows), True


def _skip(options: dict[str, Any]) -> Answer:
    entry = actions.skip(options["name"])
    names = {"reader": options["name"], "entry": entry}
    return names, _("%(reader)s goes on behind entry %(entry)d.") % names, True


def _compare(options: dict[str, Any]) -> Answer:
    differing = tallies.compare(options["name"])
    rows = [f"{' / '.join(key)}: {held} ≠ {counted}" for key, (held, counted) in differing.items()]
    facts = {"differing": {"/".join(key): pair for key, pair in differing.items()}}
    return facts, "\n".join(rows) or _("The tally is right."), True


def _rebuild(options: dict[str, Any]) -> Answer:
    count = tallies.rebuild(options["name"])
    return {"entries": count}, _("%(count)d entries counted again.") % {"count": count}, True
