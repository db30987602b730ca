"""One row typed into a form: kept, checked and loaded like any file."""

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput
from huong.catalogue import queries as catalogue
from huong.intake.actions import running
from huong.intake.actions.loads import run_new
from huong.intake.actions.receiving import draft, require_may_load
from huong.intake.models import Load
from huong.intake.rules import mapping as mappings

if TYPE_CHECKING:
    from huong.people.models import User

FILE = "entry.ndjson"


def enter(dataset: str, values: Mapping[str, str], *, by: "User", wait: bool = True) -> Load:
    """Load one row that a person typed into a form; checked like any other row.

    Args:
        values: expected column to what was typed.
        wait: whether it is loaded here and now; otherwise as soon as a job process is free.

    Returns:
        The load, done: the row is accepted, or waits in quarantine with the reason. Or queued.

    Raises:
        Forbidden: `by` may not load for the owner.
        BadInput: nothing was typed, or a name the contract does not know.

    Records: `intake.received`, then what a load records.
    """
    spec = catalogue.contract_of(dataset)
    require_may_load(by, spec)
    expected = mappings.expected_columns(spec)
    odd = [name for name in values if name not in expected]
    typed = {name: text.strip() for name, text in values.items() if text and text.strip()}
    if odd or not typed:
        raise BadInput(_("Please fill in at least one of the dataset's own fields."), code="nothing_entered")
    row = {"_entered": clock.now().isoformat(), **{name: typed.get(name) for name in expected}}
    stream = io.BytesIO(orjson.dumps(row) + b"\n")
    mapping = {name: name for name in expected}
    load = draft(spec, stream, name=FILE, by=by, mapping=mapping, recipe={"decimal": ","})
    load.detail["accept_header"] = True
    return run_new(load, spec) if wait else _queued(load)


@transaction.atomic
def _queued(load: Load) -> Load:
    load.state = "queued"
    load.save()
    running.run_later.later(load.id)
    return load
