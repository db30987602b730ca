"""Fits the model of words in a process of its own, so that no other ever carries scikit-learn.

Run as `python -m huong.reports.fitting TEXTS MODEL`: reads lines of JSON (text, category, weight, part), writes a packed
model. Needs neither database nor settings.
"""

import json
import os
import subprocess
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from huong.reports.rules.learning import Weights, features, packed

SECONDS: Final = 3_600
MOST_FEATURES, STRENGTH, ROUNDS = 8_000, 20.0, 60
LARGEST = 32_000


def fitted(texts: Path, model: Path) -> bool:
    """Let another process fit a model. Returns whether it came to its end."""
    command = [sys.executable, "-m", "huong.reports.fitting", str(texts), str(model)]
    alone = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, env=alone)  # noqa: S603 - our own
    return done.returncode == 0 and model.exists()


def fit(rows: Iterable[dict[str, Any]]) -> Weights:
    """Return the model that texts teach.

    Args:
        rows: each with text, category, weight and part: "learn" or "calibrate".
    """
    from sklearn.linear_model import LogisticRegression

    rows = list(rows)
    learn = [row for row in rows if row["part"] == "learn"]
    seen = [features(row["text"]) for row in learn]
    known = _chosen(seen, [row["weight"] for row in learn])
    logistic = LogisticRegression(C=STRENGTH, max_iter=ROUNDS, tol=1e-3)
    logistic.fit(
        _matrix(seen, known), [row["category"] for row in learn], sample_weight=[row["weight"] for row in learn]
    )
    kept = [row for row in rows if row["part"] == "calibrate" and row["category"] in set(logistic.classes_)]
    matrix = _matrix([features(row["text"]) for row in kept], known)
    warmth = _warmth(logistic, matrix, [row["category"] for row in kept]) if kept else 1.0
    return _weights(logistic, known, warmth)


def _chosen(seen: Sequence[list[str]], weights: Sequence[float]) -> dict[str, int]:
    """Return the features worth knowing: of what several people wrote, the most frequent; never a single person's words."""
    counts: Counter[str] = Counter()
    for found, weight in zip(seen, weights, strict=True):
        least = 1 if weight >= 1 else 3  # made-up texts of the city's own words name nobody
        counts.update(dict.fromkeys(found, least))
    often = [name for name, count in counts.most_common(MOST_FEATURES) if count >= 3]
    return {name: place for place, name in enumerate(often)}


def _matrix(seen: Sequence[list[str]], known: dict[str, int]) -> Any:
    import numpy as np
    from scipy.sparse import csr_matrix

    starts, places, values = [0], [], []
    for found in seen:
        own = [known[each] for each in found if each in known]
        places += own
        values += [len(found) ** -0.5] * len(own)
        starts.append(len(places))
    return csr_matrix((np.asarray(values, dtype="float64"), places, starts), shape=(len(seen), len(known)))


def _warmth(logistic: Any, matrix: Any, decided: Sequence[str]) -> float:
    """Return the temperature at which the shares fit best what was decided on texts not learnt from."""
    import numpy as np

    scores = np.atleast_2d(logistic.decision_function(matrix))
    if scores.shape[0] != len(decided):
        scores = np.stack([-scores[0] / 2, scores[0] / 2], axis=1)
    order = {name: place for place, name in enumerate(logistic.classes_)}
    own = np.asarray([order[name] for name in decided])

    def loss(warmth: float) -> float:
        raised = scores / warmth
        raised -= raised.max(axis=1, keepdims=True)
        whole = np.log(np.exp(raised).sum(axis=1))
        return float((whole - raised[np.arange(len(own)), own]).mean())

    return float(min((round(0.05 * step, 2) for step in range(4, 121)), key=loss))


def _weights(logistic: Any, known: dict[str, int], warmth: float) -> Weights:
    import numpy as np

    table, bias = logistic.coef_, logistic.intercept_
    if table.shape[0] == 1:  # of two categories scikit-learn keeps one row
        table, bias = np.vstack([-table[0] / 2, table[0] / 2]), np.asarray([-bias[0] / 2, bias[0] / 2])
    scale = float(np.abs(table).max() or 1.0) / LARGEST
    rows = array("h", np.rint(table.T / scale).astype("int16").ravel().tolist())
    return Weights(
        tuple(map(str, logistic.classes_)), known, tuple(round(float(value), 5) for value in bias), scale, warmth, rows
    )


def main(arguments: list[str]) -> None:
    """Read texts, write a model."""
    texts, model = map(Path, arguments)
    with texts.open(encoding="utf-8") as lines:
        weights = fit(json.loads(line) for line in lines)
    model.write_bytes(packed(weights))


if __name__ == "__main__":
    main(sys.argv[1:])
