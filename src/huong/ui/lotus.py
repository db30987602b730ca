"""The lotus: six petals that fill from the centre by their score, as plain numbers for one SVG template."""

from dataclasses import dataclass
from math import hypot

from django.utils.translation import gettext as _

from huong.ui import criteria, words


@dataclass(frozen=True)
class Petal:
    """One petal, drawn upwards from the centre and turned into its place."""

    key: str
    letter: str
    turn: int
    tone: str
    outline: str
    fill: str
    worst: bool
    letter_x: float
    letter_y: float


@dataclass(frozen=True)
class Shape:
    """Sizes of one variant in a box of 100 by 100 around the centre: where a petal begins, ends, how wide."""

    inner: float
    outer: float
    width: float
    number: float


SHAPES = {44: Shape(14, 50, 23, 28), 104: Shape(9, 43, 23, 16.5)}
LETTER_AT = ((0, -48), (48, -23), (48, 32), (0, 58), (-48, 32), (-48, -23))


def _r(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def outline(shape: Shape) -> str:
    """Return the path of a whole petal: two curves from the inner to the outer tip."""
    middle = -(shape.inner + shape.outer) / 2
    w, near, far = _r(shape.width), _r(-shape.inner), _r(-shape.outer)
    return f"M0 {near}Q{w} {_r(middle)} 0 {far}Q-{w} {_r(middle)} 0 {near}Z"


def filled(shape: Shape, score: float) -> str:
    """Return the path of the part of a petal that a score fills, ending in an arc around the centre.

    Both curves are cut at the parameter `score`: their heights grow evenly, so half a score fills half the length.
    """
    if score <= 0:
        return ""
    if score >= 1:
        return outline(shape)
    length = shape.outer - shape.inner
    side, bend = shape.width * score, shape.inner + length / 2 * score
    x, y = 2 * score * (1 - score) * shape.width, shape.inner + length * score
    radius = _r(hypot(x, y))
    return (
        f"M0 {_r(-shape.inner)}Q{_r(side)} {_r(-bend)} {_r(x)} {_r(-y)}"
        f"A{radius} {radius} 0 0 0 {_r(-x)} {_r(-y)}Q{_r(-side)} {_r(-bend)} 0 {_r(-shape.inner)}Z"
    )


def petals(scores: dict[str, float | None], size: int) -> list[Petal]:
    """Return the six petals of a flower; the weakest known one is marked.

    Args:
        scores: 0 to 1 or None by criterion key; a missing key is unknown.
        size: 44 or 104, the variant (44 also serves larger flowers without letters).
    """
    shape = SHAPES[size]
    worst = criteria.weakest(scores)
    return [
        Petal(
            key=criterion.key,
            letter=str(criterion.letter),
            turn=60 * place,
            tone=criteria.tone(scores.get(criterion.key)),
            outline=outline(shape),
            fill=filled(shape, scores.get(criterion.key) or 0),
            worst=criterion.key == worst,
            letter_x=LETTER_AT[place][0],
            letter_y=LETTER_AT[place][1],
        )
        for place, criterion in enumerate(criteria.CRITERIA)
    ]


def headline(scores: dict[str, float | None]) -> str:
    """Return the figure in the middle: the weakest known score as whole per cent, or "?"."""
    worst = criteria.weakest(scores)
    return "?" if worst is None else str(criteria.whole_percent(scores[worst] or 0))


def in_words(scores: dict[str, float | None]) -> str:
    """Return the text alternative: the weakest first, then all six, unknown ones said to be unknown."""
    worst = criteria.weakest(scores)
    if worst is None:
        return _("Not scored yet.")
    parts = [
        f"{criterion.label} {words.percent(scores.get(criterion.key), digits=0)}" for criterion in criteria.CRITERIA
    ]
    first = _("Weakest: %(label)s %(share)s.") % {
        "label": criteria.BY_KEY[worst].label,
        "share": words.percent(scores[worst], digits=0),
    }
    return f"{first} {', '.join(parts)}."
