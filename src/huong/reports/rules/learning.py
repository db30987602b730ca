"""What a learnt model is and how it guesses a category from words: plain arithmetic, fit for every web worker. Pure."""

import json
import math
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from huong.base.text import fold

SURE = 0.4
"""Below this share the desk decides alone."""
LONGEST, LONGEST_WORD, MOST_WORDS, FEWEST = 4_000, 20, 160, 2
STARTER, DECIDED = "starter", "decided"
FORM = 1


def features(text: str) -> list[str]:
    """Return what a text is known by: its words and pairs of words, without accents; nothing with a digit in it.

    >>> features("Nắp cống vỡ!")
    ['nap', 'cong', 'vo', 'nap cong', 'cong vo']
    """
    plain = "".join(letter if letter.isalnum() else " " for letter in fold(text[:LONGEST]))
    words = [word for word in plain.split() if word.isalpha() and len(word) <= LONGEST_WORD][:MOST_WORDS]
    pairs = [f"{one} {two}" for one, two in pairwise(words)]
    return list(dict.fromkeys([*words, *pairs]))


@dataclass(frozen=True)
class Weights:
    """A linear model over words: for every feature a row of whole numbers, one for each category, times `scale`.

    Attributes:
        categories: their keys, in the order of the columns.
        known: the row of every feature.
        bias: what each category begins with.
        scale: what a whole number is worth.
        warmth: divides the sums, so that shares are what they say (calibration by temperature).
    """

    categories: tuple[str, ...]
    known: Mapping[str, int]
    bias: tuple[float, ...]
    scale: float
    warmth: float
    rows: "array[int]" = field(repr=False)

    def shares(self, text: str) -> list[tuple[str, float]]:
        """Return every category with its share, the most likely first; nothing if hardly a word is known."""
        said = features(text)
        places = [self.known[each] for each in said if each in self.known]
        if len(places) < FEWEST:
            return []
        width, sums = len(self.categories), [0] * len(self.categories)
        for place in places:
            sums = list(map(int.__add__, sums, self.rows[place * width : (place + 1) * width]))
        factor = self.scale / math.sqrt(len(said))  # words not known make it less sure
        raised = [(start + total * factor) / self.warmth for start, total in zip(self.bias, sums, strict=True)]
        top = max(raised)
        powers = [math.exp(value - top) for value in raised]
        whole = sum(powers)
        found = zip(self.categories, (power / whole for power in powers), strict=True)
        return sorted(found, key=lambda each: -each[1])


def packed(weights: Weights) -> bytes:
    """Return a model as bytes, small enough for one row of a table."""
    head = {
        "form": FORM,
        "categories": weights.categories,
        "known": sorted(weights.known, key=weights.known.__getitem__),
        "bias": weights.bias,
        "scale": weights.scale,
        "warmth": weights.warmth,
    }
    rows = array("h", weights.rows)
    if array("h", [1]).tobytes() != b"\x01\x00":
        rows.byteswap()
    return zlib.compress(json.dumps(head, ensure_ascii=False).encode() + b"\n" + rows.tobytes(), 6)


def unpacked(body: bytes) -> Weights:
    """Return the model that bytes hold.

    Raises:
        ValueError: they hold none of a form known here.
    """
    head, _newline, tail = zlib.decompress(body).partition(b"\n")
    facts = json.loads(head)
    if facts["form"] != FORM:
        raise ValueError(f"a model of form {facts['form']}")
    rows = array("h")
    rows.frombytes(tail)
    if array("h", [1]).tobytes() != b"\x01\x00":
        rows.byteswap()
    known = {name: place for place, name in enumerate(facts["known"])}
    return Weights(tuple(facts["categories"]), known, tuple(facts["bias"]), facts["scale"], facts["warmth"], rows)


@dataclass
class Result:
    """How a model did on texts it had not seen.

    Attributes:
        texts: how many.
        right: for how many the first guess was what was decided.
        sure: how many had a first guess of at least `SURE`.
        sure_right: for how many of those it was right.
        promised: the sum of the shares of the first guesses; near `right` if the shares are what they say.
        by_category: per decided category how many, and how many of them were guessed right.
        confused: (guessed, decided) to how often, where they differ.
    """

    texts: int = 0
    right: int = 0
    sure: int = 0
    sure_right: int = 0
    promised: float = 0.0
    by_category: dict[str, list[int]] = field(default_factory=dict)
    confused: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, guessed: str, decided: str, *, count: int, sure: int, promised: float) -> None:
        """Count texts with the same first guess and the same decision.

        Args:
            count: how many texts.
            sure: how many of the guesses were sure.
            promised: the sum of the shares.
        """
        hit = guessed == decided
        self.texts += count
        self.right += count * hit
        self.sure += sure
        self.sure_right += sure * hit
        self.promised += promised
        row = self.by_category.setdefault(decided, [0, 0])
        row[0] += count
        row[1] += count * hit
        if not hit:
            self.confused[guessed, decided] = self.confused.get((guessed, decided), 0) + count

    def plain(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "texts": self.texts,
            "right": self.right,
            "sure": self.sure,
            "sure_right": self.sure_right,
            "promised": round(self.promised, 1),
            "by_category": self.by_category,
            "confused": [[one, other, count] for (one, other), count in self.confused.items()],
        }

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "Result":
        """Return what JSON holds."""
        numbers = {name: plain[name] for name in ("texts", "right", "sure", "sure_right", "promised")}
        confused = {(one, other): count for one, other, count in plain["confused"]}
        return cls(**numbers, by_category=dict(plain["by_category"]), confused=confused)


def tested(weights: Weights | None, texts: Sequence[tuple[str, str]]) -> Result:
    """Return how a model does on texts with their decided categories; no model guesses nothing right."""
    found = Result()
    for text, decided in texts:
        best = weights.shares(text)[:1] if weights else []
        guessed, share = best[0] if best else ("", 0.0)
        found.add(guessed, decided, count=1, sure=int(share >= SURE), promised=share)
    return found


def is_as_good(new: Result, old: Result) -> bool:
    """Return whether a new model may take the place of another: on the same texts it is right at least as often.

    >>> is_as_good(Result(texts=10, right=8), Result(texts=10, right=8))
    True
    """
    return new.right >= old.right


def part_of(number: int) -> str:
    """Return what a report is used for: a fifth is kept aside for the test, for ever, and a fifth to calibrate.

    >>> [part_of(number) for number in (5, 6, 7)]
    ['test', 'calibrate', 'learn']
    """
    return {0: "test", 1: "calibrate"}.get(number % 5, "learn")
