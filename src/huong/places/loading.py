"""The city's units from its folder: today's, the former ones and what became of them."""

from pathlib import Path


def load(folder: Path) -> int:
    """Load units."""
    return 0
