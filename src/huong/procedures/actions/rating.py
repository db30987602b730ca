"""The applicant rates how a dossier was handled, in three levels."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, WrongState
from huong.procedures.actions import acting
from huong.procedures.actions.acting import Actor, Deed
from huong.procedures.actions.wording import require_keepable
from huong.procedures.models import Dossier, Rating
from huong.procedures.queries.values import scope_of, seal

LEVELS = ("satisfied", "accepted", "not_satisfied")
ANSWERS = ("quick", "clear", "friendly", "slow", "unclear", "unfriendly", "asked_twice")
LONGEST = 2000


@transaction.atomic
def rate(uid: str, *, level: str, actor: Actor, answers: Sequence[str] = (), words: str = "") -> Dossier:
    """Take the applicant's opinion in, once; the caller has checked that it is the applicant.

    Args:
        level: one of `LEVELS`.
        answers: ready answers, from `ANSWERS`.
        words: in their own words; sealed.

    Raises:
        BadInput: no such level or ready answer; the words are too long or hold a sign that cannot be kept.
        WrongState: it is not decided yet, or was rated already.

    Records: `procedures.rated`.

    Source: Decree 61/2018 article 33 (rating in three levels); Index 766, satisfaction.
    """
    if level not in LEVELS:
        raise BadInput(_("Please choose one of the three levels."), code="no_such_level", field="level")
    if strange := [each for each in answers if each not in ANSWERS]:
        raise BadInput(_("There is no ready answer “%(key)s”.") % {"key": strange[0][:60]}, field="answers")
    require_keepable(words, label=_("In your words"), field="words", most=LONGEST)
    dossier = acting.found(uid)
    acting.allowed(dossier, "rate", actor, Deed())
    if dossier.rating or Rating.objects.filter(dossier=dossier).exists():
        raise WrongState(_("This dossier was rated already. Thank you."), code="rated_already")
    acting.act(dossier, "rate", actor, Deed(words=words, facts={"level": level}, columns={"rating": level}))
    Rating.objects.create(
        dossier=dossier,
        level=level,
        answers=list(answers),
        sealed_words=seal(scope_of(dossier), words.strip()[:LONGEST] or None, "rating"),
        at=clock.now(),
    )
    return dossier
