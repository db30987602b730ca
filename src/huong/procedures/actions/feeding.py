"""What the platform does so that its own dossiers come into the store like any department's data."""

from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import override

from huong.base.errors import BadInput
from huong.catalogue import actions as catalogue
from huong.catalogue import queries as datasets
from huong.intake import actions as intake
from huong.intake import queries as sources
from huong.procedures import events
from huong.procedures.models.dossier import CHANNELS
from huong.procedures.models.office import Rating
from huong.procedures.rules import feed, flow

KIND = "dossiers"
FILE = "dossier_feeds.yaml"


def publish_codes(_folder: Path | None = None) -> int:
    """Bring the code lists of dossiers up to the rules: states, channels, ratings, events.

    Returns:
        How many lists there are.

    Records: `catalogue.codes_loaded` for each list that changed.
    """
    ratings: Any = Rating._meta.get_field("level").choices
    happened = sorted(feed.short(name) for name in events.BY_VERB.values())
    lists = (
        (
            "dossier_state",
            "Trạng thái hồ sơ",
            "States of dossiers",
            [(key, each.name) for key, each in flow.STATES.items()],
        ),
        ("dossier_channel", "Kênh nộp hồ sơ", "Channels of dossiers", list(CHANNELS)),
        ("dossier_rating", "Đánh giá hồ sơ", "Ratings of dossiers", list(ratings)),
        ("dossier_event", "Việc trong xử lý hồ sơ", "Events of dossiers", [(name, name) for name in happened]),
    )
    for name, title, title_en, codes in lists:
        catalogue.renew_codes(name, title=title, title_en=title_en, source="procedures", codes=_named(codes))
    return len(lists)


def _named(codes: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    """Return codes with their names in both languages."""
    found = []
    for code, name in codes:
        labels = {}
        for lang in ("vi", "en"):
            with override(lang):
                labels[lang] = _(str(name)) if isinstance(name, str) else str(name)
        found.append({"code": code, "label": labels["vi"], "label_en": labels["en"]})
    return found


def set_up(folder: Path) -> int:
    """Set up the sources that bring dossiers into the store, as the city's `dossier_feeds.yaml` says. Idempotent.

    A source that is there stays as it is: whoever works with it may have changed or stopped it.

    Returns:
        How many sources the folder names.

    Raises:
        BadInput: the file cannot be read, or says something that cannot work.

    Records: `intake.source_saved` for each new one.
    """
    wanted, known = _wanted(folder / FILE), set(datasets.dataset_names())
    for row in wanted:
        dataset, name = str(row.pop("dataset")), str(row.pop("name"))
        every = int(row.pop("every_minutes"))
        if dataset in known and not sources.has_source(dataset, name):
            intake.save_source(dataset, name, kind=KIND, settings=row, every_minutes=every, by=None)
    return len(wanted)


def _wanted(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8")) or []
        return [dict(row) for row in found if row["dataset"] and row["name"] and row["every_minutes"]]
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(
            _("%(file)s cannot be used: %(reason)s.") % {"file": file.name, "reason": error}, code="bad_feeds"
        ) from error
