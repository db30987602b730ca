"""Learning from decided reports, and keeping what was guessed of new ones."""

import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from huong.base import clock, home
from huong.base.errors import Unavailable, WrongState
from huong.base.ids import digest
from huong.journal import actions as journal
from huong.journal.models import Entry
from huong.people import access
from huong.reports import events
from huong.reports.fitting import fitted
from huong.reports.models import Guess, Message, TextModel
from huong.reports.queries import learning as queries
from huong.reports.rules import learning as rules
from huong.reports.rules.learning import DECIDED, STARTER, Result, Weights
from huong.reports.rules.numbers import id_of

if TYPE_CHECKING:
    from huong.people.models import User

POWER = "reports.rules"
ENOUGH, ENOUGH_TO_TEST, NEW_SHARE = 400, 60, 0.05
STARTER_WEIGHT = 0.3
BODIES_KEPT = 4
Example = tuple[str, str]


def train(examples: Iterable[Example], *, by: "User | None" = None) -> TextModel:
    """Learn from decided reports; without enough of them, from the city's words. Takes a minute or so.

    The new version comes into force only if it is right at least as often as the one in force, on the same texts kept
    aside from both.

    Args:
        examples: (words, category) made of the city's own words, for what nobody has reported yet.
        by: who asked for it; None for the platform.

    Raises:
        Forbidden: `by` may not change the city's rules.
        WrongState: there is nothing to learn from: the city has no categories with words.
        Unavailable: the learning broke off; nothing was changed.

    Records: `reports.model_trained`.
    """
    if by is not None:
        access.require_power(by, POWER)
    made = list(examples)
    texts = list(queries.decided_texts())
    aside = [(text, category) for report, text, category in texts if rules.part_of(report) == "test"]
    kind = DECIDED if len(texts) >= ENOUGH and len(aside) >= ENOUGH_TO_TEST else STARTER
    rows = _rows(texts, made) if kind == DECIDED else _made_rows(made)
    if kind == STARTER:
        aside = [made[place] for place in range(len(made)) if rules.part_of(place) == "test"]
    if len({row["category"] for row in rows}) < 2:
        raise WrongState(_("There is nothing to learn from: the city's categories have no words yet."))
    body = _fitted(rows)
    held = queries.in_force()
    new = rules.tested(rules.unpacked(body), aside)
    old = rules.tested(held[1], aside) if held else None
    found = _keep(body, kind, rows=len(rows), decided=queries.decided_count(), new=new, old=old, by=by)
    queries.forget()
    return found


def _rows(texts: Sequence[tuple[int, str, str]], made: Sequence[Example]) -> list[dict[str, Any]]:
    """Return what is learnt from: decided reports, and the city's words with less weight."""
    found = [
        {"text": text, "category": category, "weight": 1.0, "part": rules.part_of(report)}
        for report, text, category in texts
        if rules.part_of(report) != "test"
    ]
    return found + [
        {"text": text, "category": category, "weight": STARTER_WEIGHT, "part": "learn"} for text, category in made
    ]


def _made_rows(made: Sequence[Example]) -> list[dict[str, Any]]:
    return [
        {"text": text, "category": category, "weight": STARTER_WEIGHT, "part": rules.part_of(place)}
        for place, (text, category) in enumerate(made)
        if rules.part_of(place) != "test"
    ]


def _fitted(rows: list[dict[str, Any]]) -> bytes:
    """Let another process learn; the texts lie in the home for that long, readable by nobody else."""
    with tempfile.TemporaryDirectory(prefix="learn-", dir=home.path("tmp", "x").parent) as folder:
        texts, model = Path(folder) / "texts.ndjson", Path(folder) / "model"
        with texts.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        if not fitted(texts, model):
            raise Unavailable(_("The learning broke off. The model in force stays; it is tried again."))
        return model.read_bytes()


@transaction.atomic
def _keep(
    body: bytes, kind: str, *, rows: int, decided: int, new: Result, old: Result | None, by: "User | None"
) -> TextModel:
    better = old is None or rules.is_as_good(new, old)
    if better:
        TextModel.objects.filter(in_force=True).update(in_force=False)
    found = TextModel.objects.create(
        version=(TextModel.objects.aggregate(last=Max("version"))["last"] or 0) + 1,
        kind=kind,
        in_force=better,
        trained_at=clock.now(),
        texts=rows,
        decided=decided,
        tested=new.plain(),
        before=old.plain() if old else None,
        digest=digest(body),
        body=body,
        by=by,
    )
    TextModel.objects.filter(version__lte=found.version - BODIES_KEPT, in_force=False).update(body=b"")
    journal.record(
        events.MODEL_TRAINED,
        f"words:{found.version}",
        by=by.pk if by else None,
        version=found.version,
        learnt_from=kind,
        texts=rows,
        tested=new.texts,
        right=new.right,
        in_force=better,
        digest=found.digest,
    )
    return found


def is_worth_it() -> bool:
    """Return whether there is something new to learn: no model yet, or a twentieth more decisions than last time."""
    last = queries.models(1)
    if not last:
        return True
    decided = queries.decided_count()
    return decided >= ENOUGH and decided - last[0].decided >= max(ENOUGH / 2, NEW_SHARE * last[0].decided)


def guess(entries: Iterable[Entry]) -> int:
    """Keep what the model in force guesses of reports that were just received; each once. Returns how many.

    Args:
        entries: of the journal, `reports.received`; may come again.
    """
    held = queries.in_force()
    numbers = [id_of(entry.subject) for entry in entries if not entry.data.get("past")]
    if held is None or not numbers:
        return 0
    version, weights = held
    said = Message.objects.filter(report__in=numbers, kind="description").order_by("id")
    texts = dict(said.values_list("report_id", "text"))
    guesses = [_guess(report, texts[report], version, weights) for report in sorted(texts)]
    Guess.objects.bulk_create([each for each in guesses if each is not None], ignore_conflicts=True)
    return len(guesses)


def _guess(report: int, text: str, version: int, weights: Weights) -> Guess | None:
    best = weights.shares(text)[:1]
    if not best:
        return None
    return Guess(report_id=report, category=best[0][0], share=min(1.0, best[0][1]), model=version, at=clock.now())
