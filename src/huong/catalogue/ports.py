"""Ports of the catalogue, filled by packages above it."""

from collections.abc import Callable

from huong.base.ports import Port

# Returns the codes of the agencies that use a dataset, so that a breaking change can name them.
consumers: Port[Callable[[str], list[str]]] = Port("consumers of a dataset")
