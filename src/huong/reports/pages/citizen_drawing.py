"""The city's map of public reports as the server draws it: wards, clusters on top, and the figures as a table.

Its markup is written here and not by a template: forty wards and some hundred clusters, each with its figure, took a
template longer than all the rest of the page.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from html import escape
from typing import Any

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from huong.base import clock
from huong.people.names import names
from huong.places import queries as places
from huong.places import whereabouts
from huong.reports.queries.mapping import Cluster
from huong.ui import maps, words

LABELLED_FROM = 10
SMALLEST, LARGEST = 3.5, 18.0


@lru_cache(maxsize=2)
def _outlines(_editions: tuple[str, str], _day: date) -> dict[str, Any]:
    return places.boundaries_geojson()


@lru_cache(maxsize=64)
def _drawing(editions: tuple[str, str], day: date, unit: str) -> maps.Drawing | None:
    wards = _outlines(editions, day)
    own = [each for each in wards["features"] if unit in {"", each["properties"]["code"]}]
    return maps.drawing({**wards, "features": own})


def drawing(unit: str = "") -> maps.Drawing | None:
    """Return today's outlines of the wards, or of one of them; worked out once for each edition of them."""
    return _drawing(whereabouts.editions(), clock.today(), unit)


def drawn(unit: str, counts: Mapping[str, int], groups: list[Cluster], asked: QueryDict) -> dict[str, Any]:
    """Return the map: the wards by how many reports lie there, clusters on top; one ward alone if chosen.

    Args:
        unit: the code of the ward chosen, or nothing.
        counts: how many reports lie in each ward, by code.
        asked: the address's query; each ward leads to the same with itself chosen.
    """
    outlines = drawing(unit)
    if outlines is None:
        return {"map": None}
    coloured = maps.coloured(outlines, counts, [(each.lon, each.lat) for each in groups])
    ranked, named = sorted(coloured.shapes, key=lambda shape: -(shape.value or 0)), dict(names().units_to_choose())
    links = _links(asked)
    return {
        "map": coloured,
        "picture": _safe(_wards(coloured.shapes, links, named, alone=bool(unit)), _dots(groups, coloured.points)),
        "figures": _safe(_figures(ranked, links, named)),
        "most": ranked[0] if ranked else None,
        "most_name": _name(ranked[0], named) if ranked else "",
        "total": counts.get(unit, 0) if unit else sum(counts.values()),
        "city_map": places.map_facts(),
    }


def _links(asked: QueryDict) -> str:
    """Return the address of a ward's map, up to the ward's code."""
    kept = asked.copy()
    for name in ("after", "unit"):
        kept.pop(name, None)
    before = kept.urlencode()
    return escape(f"?{before}&unit=" if before else "?unit=")


def _name(shape: maps.Shape, named: Mapping[str, str]) -> str:
    return named.get(shape.code) or shape.name


def _wards(shapes: Iterable[maps.Shape], links: str, named: Mapping[str, str], *, alone: bool) -> str:
    """Return the wards as paths; one alone is drawn in the lightest step, since there is nothing to compare it with."""
    parts = []
    for shape in shapes:
        step = " unit-1" if alone else f" unit-{shape.step}" if shape.value else ""
        said = f"{escape(_name(shape, named))}: {words.number(shape.value or 0)}"
        parts.append(
            f'<a href="{links}{escape(shape.code)}" tabindex="-1"><path class="unit{step}" d="{shape.path}">'
            f"<title>{said}</title></path></a>"
        )
    return "".join(parts)


def _dots(groups: Iterable[Cluster], points: Iterable[tuple[str, str]]) -> str:
    parts = []
    for group, (x, y) in zip(groups, points, strict=True):
        radius = min(LARGEST, SMALLEST + 1.9 * group.count**0.5)
        label = f'<text x="{x}" y="{y}">{group.count}</text>' if group.count >= LABELLED_FROM else ""
        parts.append(
            f'<g class="cluster"><circle cx="{x}" cy="{y}" r="{radius:.1f}"><title>{words.number(group.count)}</title>'
            f"</circle>{label}</g>"
        )
    return "".join(parts)


def _figures(ranked: Iterable[maps.Shape], links: str, named: Mapping[str, str]) -> str:
    return "".join(
        f'<tr><td><a href="{links}{escape(shape.code)}">{escape(_name(shape, named))}</a></td>'
        f'<td class="number">{words.number(shape.value or 0)}</td></tr>'
        for shape in ranked
    )


def _safe(*parts: str) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308 - every value above is escaped or our own
