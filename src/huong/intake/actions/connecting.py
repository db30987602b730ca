"""Setting sources up before they run: try the connection, pause, go on."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock, home, keys
from huong.base.errors import BadInput, NotFound
from huong.catalogue import queries as catalogue
from huong.intake import events
from huong.intake.models import Source
from huong.intake.ports import Fetched, source_kinds
from huong.intake.rules import mapping as mappings
from huong.intake.types import Recipe, Trial
from huong.journal import actions as journal
from huong.people import access

if TYPE_CHECKING:
    from huong.catalogue.rules import ContractSpec
    from huong.people.models import User

POWER = "catalogue.edit"
"""Who may write a dataset's contract may say where its data comes from."""
SHOWN_ROWS = 3


def try_source(
    dataset: str,
    *,
    kind: str,
    settings: Mapping[str, Any],
    credentials: Mapping[str, str] | None = None,
    name: str = "",
    by: "User",
) -> Trial:
    """Ask a source for a first page and say with which columns it answers; nothing is loaded and nothing kept.

    Args:
        kind, settings: as for `save_source`.
        credentials: secrets as typed; those kept for the source of this name, if left out.
        name: the name of the source, if it is set up already.

    Raises:
        Forbidden: `by` may not set up sources for the owner.
        BadInput: the settings cannot work, or what comes back is no table.
        Unavailable: it does not answer.
    """
    spec = catalogue.contract_of(dataset)
    access.require_power(by, POWER, spec.owner)
    found = source_kinds.get(kind)
    found.check(settings)
    known = Source.objects.filter(dataset=dataset, name=name).first()
    if known is not None and credentials is None:
        require_same_place(known, settings)
    secrets = dict(credentials) if credentials is not None else (secrets_of(known) if known else {})
    asked = Source(dataset=dataset, name=name or kind, kind=kind, settings=dict(settings), owner=spec.owner)
    work = Path(tempfile.mkdtemp(prefix="try-", dir=home.path("tmp", "x").parent))
    try:
        return _seen(spec, found.sample(asked, secrets, work), work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _seen(spec: "ContractSpec", fetched: Fetched, work: Path) -> Trial:
    """Return the columns of what came, a few values unless they may be personal, and the columns proposed."""
    from huong.intake.pipeline.columns import samples_of
    from huong.intake.readers.stage import stage

    if fetched.path is None:
        return Trial()
    folder = work / "staged"
    folder.mkdir()
    staged = stage(fetched.path, name=fetched.name, work=folder, recipe=Recipe(), known=mappings.known_names(spec))
    samples = samples_of(staged)
    proposals = mappings.propose(spec, staged.columns, samples)
    shown = {} if spec.is_personal else {name: values[:SHOWN_ROWS] for name, values in samples.items()}
    return Trial(staged.columns, shown, {found.expected: found.column for found in proposals if found.column})


def require_same_place(source: Source, settings: Mapping[str, Any]) -> None:
    """Refuse to send a secret that was kept for one place to another.

    Raises:
        BadInput: the address differs and the secret was not typed anew.
    """
    if source.credentials and _place(source.settings) != _place(settings):
        raise BadInput(
            _("The address has changed, so the password or token must be typed again. The old one is not sent there."),
            code="secret_needed",
        )


def _place(settings: Mapping[str, Any]) -> tuple[str, ...]:
    url = urlsplit(str(settings.get("url", "")))
    return (url.scheme, url.netloc, *(str(settings.get(name, "")) for name in ("host", "port", "user")))


@transaction.atomic
def set_active(source_id: str, *, active: bool, by: "User") -> Source:
    """Pause a source, or let it go on with its schedule at once; what it kept stays.

    Raises:
        NotFound: there is no such source.
        Forbidden: `by` may not set up sources for the owner.

    Records: `intake.source_saved`.
    """
    source = Source.objects.filter(pk=source_id).first()
    if source is None:
        raise NotFound(_("There is no such source."))
    access.require_power(by, POWER, source.owner)
    source.is_active, source.failures, source.last_error = active, 0, ""
    source.due_at = clock.now() if active and source.every_minutes else None
    source.save(update_fields=["is_active", "due_at", "failures", "last_error"])
    journal.record(
        events.SOURCE_SAVED,
        source.dataset,
        by=by.pk,
        agency=source.owner,
        source=source.pk,
        kind=source.kind,
        active=active,
    )
    return source


def sealed(source: Source, credentials: Mapping[str, str]) -> bytes | None:
    """Return secrets as they are kept: encrypted for this source; None if there are none."""
    return keys.encrypt(orjson.dumps(dict(credentials)), context=f"source:{source.pk}") if credentials else None


def secrets_of(source: Source) -> dict[str, str]:
    """Return the secrets of a source, for the kind that fetches it. Never to be shown or logged."""
    if not source.credentials:
        return {}
    plain = keys.decrypt(bytes(source.credentials), context=f"source:{source.pk}")
    return cast("dict[str, str]", orjson.loads(plain))
