"""When two loads are the same load."""

import json
from collections.abc import Mapping
from typing import Any

from huong.base.ids import digest


def batch_of(dataset: str, raw: str, *, mapping: Mapping[str, str], recipe: Mapping[str, Any], contract: str) -> str:
    """Return the id of a batch: same bytes, read the same way, under the same contract, are the same batch.

    Args:
        raw: the digest of the bytes.
        mapping: expected column to column of the file.
        recipe: what a person decided about reading.
        contract: major and minor version.

    >>> same = batch_of("trees", "ab", mapping={"a": "A", "b": "B"}, recipe={}, contract="1.0")
    >>> same == batch_of("trees", "ab", mapping={"b": "B", "a": "A"}, recipe={}, contract="1.0")
    True
    """
    parts = [dataset, raw, sorted(mapping.items()), sorted(recipe.items()), contract]
    return digest(json.dumps(parts, ensure_ascii=False))
