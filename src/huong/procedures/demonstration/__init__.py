"""A year of dossiers for a demonstration home, and what lies on its desks: papers to sign, questions, corrections."""

from pathlib import Path
from random import Random

from django.conf import settings
from django.utils.translation import gettext_noop

from huong.base.demo import Filler
from huong.exchange.sandbox import world
from huong.procedures.actions import past, presenting
from huong.procedures.demonstration import desk
from huong.procedures.demonstration.stories import Maker
from huong.procedures.models import Dossier
from huong.procedures.queries import catalogue

SEED, DOSSIERS = 2607, 5_000


def fill(count: int = DOSSIERS) -> None:
    """Fill a demonstration home with a year of dossiers, oldest first; nothing if it holds dossiers already."""
    file = Path(settings.HUONG.city) / "sandbox.yaml"
    codes = sorted(catalogue.modelled())
    if not file.exists() or not codes or Dossier.objects.exists():
        return
    maker = Maker(Random(SEED), world.made(Path(settings.HUONG.city)), codes)  # noqa: S311 - invented dossiers, not secrets
    found = sorted(maker.stories(count), key=lambda each: each.steps[0].at)
    past.take_over(found, maker.parties)


def lay_out() -> None:
    """Put on the desks what waits there: results to sign, values said to be wrong, an office cut off. May be repeated."""
    presenting.lay_before_leaders()
    desk.dispute()
    desk.sign()
    desk.rest()


FILLER = Filler(order=70, title=gettext_noop("Dossiers of a year"), fill=fill)
DESKS = Filler(order=75, title=gettext_noop("Papers to sign and corrections"), fill=lay_out)
