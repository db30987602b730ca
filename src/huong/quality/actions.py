"""Keeping scores: with every commit, and every day for what time and use change."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from huong.base import clock
from huong.catalogue.rules import ContractSpec
from huong.journal import actions as journal
from huong.quality import queries, rules
from huong.quality.models import Freshness, Held, Score, UnitScore
from huong.quality.rules import Facts, Refused, ScoreRow


def score_commit(
    commit: int,
    spec: ContractSpec,
    facts: Facts,
    refused: Refused,
    *,
    received: int,
    expected: int | None = None,
    data_at: datetime | None = None,
) -> list[ScoreRow]:
    """Judge a commit by the six criteria and keep the scores. Called inside the transaction that publishes it.

    Reads and writes a few rows; the facts were counted before.

    Args:
        commit: the number of the commit as people see it.
        facts: of all rows of the dataset after the commit (`facts_after`).
        refused: what waits in quarantine, this load's rows included.
        received: rows that the dataset (for an append: the load) received, for the control total.
        expected: the control total given with the load, else the contract's.
        data_at: the newest instant named in the data, for freshness.
    """
    total = expected if expected is not None else spec.expected_rows
    Freshness.objects.create(dataset=spec.dataset, commit=commit, at=clock.now(), data_at=data_at)
    rows = [
        rules.correct(facts, refused),
        rules.complete(spec, facts, received=received, expected=total),
        rules.clean(facts, refused),
        rules.live(queries.timeliness_of(spec)),
        rules.unified(spec, facts, refused),
        rules.shared(queries.use_of(spec)),
    ]
    save_scores(spec.dataset, commit, spec.version, rows)
    _save_units(spec, commit, facts)
    Held.objects.update_or_create(
        dataset=spec.dataset,
        defaults={
            "commit": commit,
            "facts": facts.plain(),
            "data_at": max(filter(None, [data_at, queries.newest_of(spec.dataset)]), default=None),
        },
    )
    return rows


def facts_after(spec: ContractSpec, loaded: Facts, *, previous: int | None) -> Facts | None:
    """Return the facts of a dataset after a load, without looking at its table; None if it must be measured.

    Args:
        loaded: the facts of the load.
        previous: the number of the commit before, None if the table was empty.
    """
    if previous is None or spec.mode == "replace":
        return loaded
    held = Held.objects.filter(dataset=spec.dataset, commit=previous).first()
    return Facts.of(held.facts) + loaded if held is not None and spec.mode == "append" else None


def save_scores(dataset: str, commit: int, version: str, rows: Sequence[ScoreRow]) -> None:
    """Write the scores of a commit down, inside the caller's transaction (no entry of its own).

    Args:
        rows: the criteria judged; those not named keep their current score.
    """
    at = clock.now()
    Score.objects.filter(dataset=dataset, current=True, criterion__in=[row.criterion for row in rows]).update(
        current=False
    )
    Score.objects.bulk_create(
        [
            Score(
                dataset=dataset,
                commit=commit,
                criterion=row.criterion,
                value=row.value,
                numerator=row.numerator,
                denominator=row.denominator,
                worst_rule=row.worst_rule,
                detail=row.detail,
                contract_version=version,
                formula=rules.FORMULA,
                at=at,
            )
            for row in rows
        ]
    )


def _save_units(spec: ContractSpec, commit: int, facts: Facts) -> None:
    needed = len(spec.needed)
    UnitScore.objects.filter(dataset=spec.dataset).delete()
    UnitScore.objects.bulk_create(
        [
            UnitScore(
                dataset=spec.dataset,
                unit=code,
                rows=rows,
                correct_share=rules.ratio(rows - flagged, rows),
                complete_share=rules.ratio(filled, rows * needed),
                clean_share=rules.ratio(rows - unclean, rows),
                commit=commit,
            )
            for code, (rows, flagged, filled, unclean) in facts.units.items()
        ],
        batch_size=500,
    )


@transaction.atomic
def rescore_over_time(spec: ContractSpec) -> bool:
    """Judge live and shared again for a dataset that had no commit meanwhile.

    Returns:
        Whether anything changed.

    Records: `quality.rescored`.
    """
    latest = queries.latest(spec.dataset).rows
    if not latest:
        return False
    rows = [rules.live(queries.timeliness_of(spec)), rules.shared(queries.use_of(spec))]
    changed = [row for row in rows if _differs(row, latest.get(row.criterion))]
    if not changed:
        return False
    commit = max(found.commit for found in latest.values())
    save_scores(spec.dataset, commit, spec.version, changed)
    journal.record("quality.rescored", spec.dataset, criterion=",".join(row.criterion for row in changed))
    return True


def _differs(row: ScoreRow, held: Score | None) -> bool:
    return held is None or (held.numerator, held.denominator) != (row.numerator, row.denominator)
