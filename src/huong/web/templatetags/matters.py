"""Pieces of field reports on composed pages; the drawing itself belongs to `reports`."""

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("reports/citizen/parts/card.html")
def report_card(card: Any) -> dict[str, Any]:
    """Draw one field report as a card."""
    return {"card": card}


@register.inclusion_tag("reports/citizen/parts/drafts.html")
def kept_drafts() -> dict[str, Any]:
    """Draw the place where this device's own unsent reports are listed."""
    return {}


@register.inclusion_tag("procedures/result/parts/cards.html")
def dossier_card(card: Any) -> dict[str, Any]:
    """Draw one dossier as a card."""
    return {"cards": [card]}
