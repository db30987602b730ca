"""What a dossier says, opened: answers by path, words of actions. Whoever opens for a person records the access."""

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from django.utils.translation import gettext as _

from huong.base import keys
from huong.base.errors import KeyDestroyed
from huong.people.models import Party
from huong.procedures.models import Action, Component, Dossier


def scope_of(dossier: Dossier) -> str:
    """Return the name of the data key that protects a dossier's words and values."""
    return f"dossier:{dossier.uid}"


def vault_scope(party: Party) -> str:
    """Return the name of the data key that protects what is in a party's vault."""
    return f"vault:{party.public_id}"


def opened(scope: str, sealed: bytes | memoryview | None, context: str) -> Any:
    """Return a sealed value; None if there is none.

    Raises:
        KeyDestroyed: it was erased.
    """
    if sealed is None:
        return None
    key = keys.data_keys([scope])[scope]
    if key is None:
        raise KeyDestroyed(_("This was erased at the person's request."))
    return orjson.loads(keys.open_bytes(key, bytes(sealed), context=context))


def seal(scope: str, value: Any, context: str) -> bytes | None:
    """Return a value sealed under a scope's data key; None for None."""
    return None if value is None else seal_with(keys.data_key(scope), value, context)


def seal_with(key: bytes, value: Any, context: str) -> bytes | None:
    """Return a value sealed under a key that is at hand; None for None."""
    return None if value is None else keys.seal_bytes(key, orjson.dumps(value, default=str), context=context)


def sealer(scope: str) -> Callable[[Any, str], bytes | None]:
    """Return a function that seals many values under one scope, with one look at its key."""
    key = keys.data_key(scope)

    def sealed(value: Any, context: str) -> bytes | None:
        return None if value is None else keys.seal_bytes(key, orjson.dumps(value, default=str), context=context)

    return sealed


def parts_of(dossier: Dossier) -> list[Component]:
    """Return the fields and papers of a dossier, in the order in which they came."""
    return list(dossier.parts.order_by("id"))


def answers_of(dossier: Dossier, parts: Iterable[Component] | None = None) -> dict[str, Any]:
    """Return the answers of a dossier by path, opened with one key; nothing if it was erased."""
    rows = [part for part in (parts_of(dossier) if parts is None else parts) if part.kind == "field"]
    scope = scope_of(dossier)
    key = keys.data_keys([scope])[scope]
    if key is None:
        return {}
    return {
        part.key: orjson.loads(keys.open_bytes(key, bytes(part.sealed), context=part.key))
        for part in rows
        if part.sealed is not None
    }


def former_of(dossier: Dossier, parts: Iterable[Component]) -> dict[str, Any]:
    """Return what stood in the fields that were supplied on request, by path: None where nothing did; nothing if erased."""
    rows = [part for part in parts if part.kind == "field" and part.supplied_at is not None]
    scope = scope_of(dossier)
    key = keys.data_keys([scope])[scope] if rows else None
    if key is None:
        return {}
    return {
        part.key: orjson.loads(keys.open_bytes(key, bytes(part.sealed_before), context=part.key))
        if part.sealed_before is not None
        else None
        for part in rows
    }


def words_of(actions: Iterable[Action], dossier: Dossier) -> dict[int, str]:
    """Return the words of actions by their numbers; empty where they were erased."""
    scope = scope_of(dossier)
    key = keys.data_keys([scope])[scope]
    if key is None:
        return {}
    return {
        action.number: str(orjson.loads(keys.open_bytes(key, bytes(action.sealed_words), context="words")))
        for action in actions
        if action.sealed_words is not None
    }
