"""Ports: the only way by which a lower package reaches a higher one.

A port is a named registry of implementations of one Protocol. The lower package declares it,
higher packages fill it in `apps.py` when the application starts. They are listed in
`docs/architecture.md`.
"""

from collections.abc import ItemsView, ValuesView
from typing import Generic, TypeVar

from django.utils.translation import gettext as _

from huong.base.errors import NotFound

T = TypeVar("T")


class Port(Generic[T]):
    """A registry of implementations of one Protocol, by key, in the order in which they came."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._held: dict[str, T] = {}

    def add(self, key: str, implementation: T) -> T:
        """Fill the port; the same key again replaces what was there, so that reloading is harmless."""
        self._held[key] = implementation
        return implementation

    def get(self, key: str) -> T:
        """Return what fills a key.

        Raises:
            NotFound: nothing fills it.
        """
        if key not in self._held:
            raise NotFound(_("%(port)s: “%(key)s” is not known here.") % {"port": self.name, "key": key})
        return self._held[key]

    def items(self) -> ItemsView[str, T]:
        """Return keys and implementations."""
        return self._held.items()

    def values(self) -> ValuesView[T]:
        """Return the implementations."""
        return self._held.values()

    def __contains__(self, key: str) -> bool:
        return key in self._held
