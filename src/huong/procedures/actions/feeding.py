"""What the platform does so that its own dossiers come into the store like any department's data."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from huong.catalogue import actions as catalogue
from huong.intake import actions as intake
from huong.procedures import events
from huong.procedures.models.dossier import CHANNELS
from huong.procedures.models.office import Rating
from huong.procedures.rules import feed, flow

KIND = "dossiers"


def publish_codes(_folder: Path | None = None) -> int:
    """Bring the code lists of dossiers up to the rules: states, channels, ratings, events.

    Returns:
        How many lists there are.

    Records: `catalogue.codes_loaded` for each list that changed.
    """
    ratings: Any = Rating._meta.get_field("level").choices
    happened = sorted(feed.short(name) for name in {*events.BY_VERB.values(), events.IMPORTED})
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
    """Set up the sources that bring dossiers into the store, as the city's `feeds.yaml` says; see `set_up_feeds`."""
    return intake.set_up_feeds(folder, KIND)
