"""`huong person erase`: erase somebody everywhere; the national id comes on standard input, never as an argument."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from huong.base.commands import HuongCommand
from huong.base.errors import BadInput, NotFound
from huong.people import ports, queries
from huong.people.actions import parties


def kept() -> str:
    """Return what the law keeps after an erasure, as a part of a sentence."""
    return _(
        "journal entries and exchanges, which name the person by a keyed hash only,"
        " and documents that the law on archives tells their owners to keep"
    )


class Command(HuongCommand):
    """Show what is held, or erase. Whoever may run this is the operator of the machine."""

    help = "Erase a person everywhere, or show what is held on them. The id is read from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the verb; never the person: arguments stand in process lists and shell histories."""
        parser.add_argument("verb", choices=["erase", "held"])

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, and say what the law keeps."""
        number = sys.stdin.readline().strip()
        if not number:
            raise BadInput(_("Please give the identity number on standard input."))
        party = queries.party_of(number)
        if party is None:
            raise NotFound(_("Nobody with this identity number is known here."))
        held = [{"key": each.key, "title": each.title} for one in ports.holders.values() for each in one.held(party)]
        if options["verb"] == "held":
            lines = "\n".join(f"{each['key']}  {each['title']}" for each in held)
            self.answer(lines, as_json=options["as_json"], accepted=1, held=held)
            return
        parties.erase(party, by=None)
        sentence = _("Erased. Kept, as the law says: %(kept)s.") % {"kept": kept()}
        self.answer(sentence, as_json=options["as_json"], accepted=1, party=party.public_id, kept=kept())
