"""Repaired rows are checked again and committed, as a load of their own."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from huong.base import home
from huong.base.errors import WrongState
from huong.catalogue import queries as catalogue
from huong.intake import queries
from huong.intake.actions import running
from huong.intake.actions.receiving import draft
from huong.intake.models import Load, Repair
from huong.intake.pipeline import overlay
from huong.intake.pipeline.alone import alone
from huong.intake.pipeline.columns import literal, quoted
from huong.intake.quarantine import light_connection, repaired_rows
from huong.intake.rules.mapping import expected_columns
from huong.people import access

if TYPE_CHECKING:
    from huong.people.models import User


def replay(load_id: str, *, by: "User", wait: bool = False) -> Load:
    """Check the repaired rows of a load again under the contract in force, and commit what is right now.

    What is refused again waits in the quarantine of the new load; nothing is lost.

    Args:
        wait: run it here and now, not as a job.

    Returns:
        The new load.

    Raises:
        Forbidden: `by` may not repair for the owner.
        Busy: somebody else replays it at this moment.
        WrongState: nothing is repaired; a replay is under way; or newer data has replaced the dataset.

    Records: `intake.received`, then what a load records.
    """
    origin = queries.load(load_id)
    access.require_power(by, "intake.repair", origin.owner)
    with alone(origin.id):  # two at once would each take the rows that both found repaired
        load = _drafted(origin, by)
    if wait:
        return running.run(load.id)
    running.run_later.later(load.id)
    return load


def _drafted(origin: Load, by: "User") -> Load:
    """Return the repaired rows of a load as a load of their own, queued."""
    spec = catalogue.contract_of(origin.dataset)
    _require_may_replay(origin, replaces=spec.mode == "replace")
    repairs = list(queries.repairs_of(origin.id))  # read once: what is repaired meanwhile waits for the next replay
    with tempfile.TemporaryDirectory(dir=home.path("tmp", "x").parent) as folder:
        path = Path(folder) / "repaired.parquet"
        rows = _write_repaired(origin, repairs, path, list(expected_columns(spec)))
        if not rows:
            raise WrongState(_("No row of this load is repaired yet, so there is nothing to replay."))
        with path.open("rb") as stream:
            name = f"{origin.name[:150]} (replay).parquet"
            load = draft(spec, stream, name=name, by=by, recipe={"decimal": ","})
    used = [repair.pk for repair in repairs if repair.state == "made" and repair.kind != "drop"]
    load.replays, load.state, load.detail["repairs"] = origin, "queued", used
    load.save()
    return load


def _require_may_replay(origin: Load, *, replaces: bool) -> None:
    if origin.replayed_by.filter(state__in=("queued", "reading", "checking", "committing")).exists():
        raise WrongState(_("The repaired rows of this load are being replayed already."))
    newer = Load.objects.filter(dataset=origin.dataset, state="done", replays=None, id__gt=origin.id)
    if replaces and newer.exists():
        raise WrongState(
            _("A newer load has replaced the whole dataset since. Please repair the rows of that load instead.")
        )


def _write_repaired(origin: Load, repairs: list[Repair], path: Path, expected: list[str]) -> int:
    """Write the repaired rows of a load as texts; return how many there are."""
    with light_connection() as con, repaired_rows(origin, con, repairs=repairs) as (sql, columns):
        names = ", ".join(["_row", *(quoted(name) for name in columns if name in expected)])
        con.execute(
            f"COPY (SELECT {names} FROM ({sql}) WHERE _state = {literal(overlay.REPAIRED)} ORDER BY _row)"
            f" TO {literal(str(path))} (FORMAT parquet)"
        )
        found = con.execute(f"SELECT count(*) FROM read_parquet({literal(str(path))})").fetchone()
    return int(found[0]) if found else 0
