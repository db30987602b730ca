"""What the API tells of the story of a report."""

from typing import Any

from huong.reports.queries import Moment


def told(moment: Moment) -> dict[str, Any]:
    """Return one thing of a story."""
    return {
        "at": moment.at,
        "event": moment.event,
        "agency": moment.agency,
        "by": str(moment.by or ""),
        "facts": moment.facts,
        "words": [
            {
                "id": each.pk,
                "kind": each.kind,
                "text": each.text,
                "public": each.is_public,
                "covered": each.covered,
                "edited": each.edited_at is not None,
            }
            for each in moment.words
        ],
        "photos": [photo.uid for photo in moment.photos],
    }
