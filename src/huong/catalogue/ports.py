"""Ports of the catalogue, filled by packages above it."""

from collections.abc import Callable
from pathlib import Path

from huong.base.ports import Port

# Returns the codes of the agencies that use a dataset, so that a breaking change can name them.
consumers: Port[Callable[[str], list[str]]] = Port("consumers of a dataset")

# Publishes the code lists that a package above keeps as rules of its own, given the city's folder, before the contracts
# that name them are loaded. Returns how many there are.
code_lists: Port[Callable[[Path], int]] = Port("code lists kept by a package")
