"""A citizen's own dossiers and papers, read for her: states, promised days, what happened in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from huong.base.errors import NotFound
from huong.people import queries as people
from huong.people.models import Party
from huong.procedures.models import Action, Dossier, Payment
from huong.procedures.queries.catalogue import procedure_name, state_name
from huong.procedures.queries.values import words_of
from huong.procedures.rules import flow
from huong.procedures.rules.stories import NEXT, SAID

TONES = {"draft": "plain", "open": "info", "waiting": "weak", "done": "good"}


@dataclass(frozen=True)
class DossierCard:
    """One dossier in a list of one's own.

    Attributes:
        next: what its applicant can do now; empty for nothing.
    """

    dossier: Dossier
    name: str
    state: str
    tone: str
    next: str

    @property
    def url(self) -> str:
        """Return where it leads."""
        return f"/my/dossiers/{self.dossier.uid}"


@dataclass(frozen=True)
class Happening:
    """One thing that happened to a dossier, as its applicant reads it."""

    what: str
    at: datetime
    agency: str
    words: str
    helper: bool
    reasons: Sequence[str]


def dossiers_of(party: Party) -> QuerySet[Dossier]:
    """Return the dossiers of a party, those that changed last first."""
    return Dossier.objects.filter(applicant=party).order_by("-changed_at", "-id")


def own_dossier(uid: str, party: Party) -> Dossier:
    """Return a dossier of a party.

    Raises:
        NotFound: the party has none with this id.
    """
    found = Dossier.objects.filter(uid=uid, applicant=party).select_related("applicant").first()
    if found is None:
        raise NotFound(_("You have no such dossier."))
    return found


def card_of(dossier: Dossier) -> DossierCard:
    """Return a dossier as a card."""
    phase = flow.STATES[dossier.state].phase
    tone = "bad" if dossier.state == "refused" else TONES[phase]
    return DossierCard(
        dossier,
        procedure_name(dossier.procedure),
        state_name(dossier.state, dossier.edition_id),
        tone,
        _(NEXT[dossier.state]) if dossier.state in NEXT else "",
    )


def cards_of(party: Party, *, limit: int = 50) -> list[DossierCard]:
    """Return a party's dossiers as cards: those that wait for it first, then open ones, then the newest."""
    found = list(dossiers_of(party)[:limit])
    order = {"supplement_wanted": 0, "fee_due": 0, "draft": 1}
    found.sort(key=lambda each: order.get(each.state, 2 if each.is_open else 3))
    return [card_of(each) for each in found]


def story_of(dossier: Dossier) -> list[Happening]:
    """Return what happened to a dossier, in order, as far as its applicant sees it."""
    actions: list[Action] = list(dossier.actions.filter(is_public=True).order_by("number"))
    words = words_of(actions, dossier)
    names = {each.code: each.name for each in people.agencies()}
    return [
        Happening(
            _(SAID.get(action.verb, action.verb)),
            action.at,
            names.get(action.agency, "") if action.who == "officer" else "",
            words.get(action.number, ""),
            action.helper,
            [str(reason.get("text", "")) for reason in action.reasons],
        )
        for action in actions
    ]


def open_payment(dossier: Dossier) -> Payment | None:
    """Return the fee that a dossier waits for."""
    return dossier.payments.filter(state="asked").first()
