"""Components and filters of every page; a template builtin, so no template loads it.

Inclusion tags take plain values and render `ui/components/<name>.html`; what stands many times on a page is written by
`huong.ui.pieces`. None of them asks a database.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from huong.ui import charts, criteria, maps, pieces, words
from huong.ui import lotus as flowers

register = template.Library()


register.simple_tag(pieces.icon, name="icon")
register.simple_tag(pieces.mark, name="mark")
register.simple_tag(pieces.badge, name="badge")
register.simple_tag(pieces.due, name="due")
register.simple_tag(pieces.options, name="options")
register.simple_tag(pieces.chips, name="chips")


@register.inclusion_tag("ui/components/lotus.html")
def lotus(
    scores: Mapping[str, float | None] | None,
    size: int = 44,
    href: str = "/about/lotus",
    *,
    link: bool = True,
) -> dict[str, Any]:
    """Draw a dataset's six criteria as a lotus with its text alternative.

    Args:
        scores: 0 to 1 or None by criterion key (correct, complete, clean, live, unified, shared).
        size: 20 draws one petal with its number; from 44 the flower; from 104 also the letters.
        href: where the flower leads; the explanation by default.
        link: False inside a link.
    """
    known = dict(scores or {})
    worst = criteria.weakest(known)
    variant = 104 if size >= 104 else 44
    return {
        "size": size,
        "small": size < 44,
        "letters": size >= 104,
        "petals": flowers.petals(known, variant),
        "number": flowers.headline(known),
        "number_size": flowers.SHAPES[variant].number,
        "tone": criteria.tone(known.get(worst) if worst else None),
        "label": flowers.in_words(known),
        "href": href if link else "",
    }


@register.filter
def local(thing: Any, name: str) -> str:
    """Return a text that a thing has in both languages, such as `name` and `name_en`, in the reader's.

    Args:
        thing: an object or a mapping.
        name: what the Vietnamese is called; the English ends in "_en" and may be empty or missing.
    """

    def read(key: str) -> Any:
        return thing.get(key) if isinstance(thing, Mapping) else getattr(thing, key, None)

    return str((None if words.vietnamese() else read(f"{name}_en")) or read(name) or "")


@register.inclusion_tag("ui/components/bar.html")
def bar(share: float | None, *, tall: bool = False) -> dict[str, Any]:
    """Draw a share of 0 to 1 in the tone of its score; the number stands beside it in words."""
    width = "0" if share is None else f"{max(0.0, min(1.0, share)) * 100:.1f}%"
    return {"width": width, "tone": criteria.tone(share), "tall": tall}


@register.inclusion_tag("ui/components/progress.html")
def progress(share: float | None, label: str, detail: str = "") -> dict[str, Any]:
    """Draw work under way; an unknown share shows only that it runs."""
    whole = None if share is None else criteria.whole_percent(min(1.0, share))
    return {"percent": whole, "label": label, "detail": detail}


@register.inclusion_tag("ui/components/criterion.html")
def criterion(item: Mapping[str, Any]) -> dict[str, Any]:
    """Draw one criterion as a card: figure, bar, a sentence with its numbers, the next step.

    Args:
        item: key, score (0 to 1 or None), sentence, and optionally step (words) and step_url.
    """
    known = criteria.BY_KEY[item["key"]]
    return {**item, "label": known.label, "gloss": known.gloss, "tone": criteria.tone(item.get("score"))}


@register.inclusion_tag("ui/components/chart_line.html")
def chart_line(
    points: Sequence[tuple[date, float | None]],
    title: str,
    sentence: str = "",
    promise: float | None = None,
    csv: str = "",
) -> dict[str, Any]:
    """Draw shares over days from 0 to 100 with the promise line, one sentence and a table twin.

    Args:
        points: (day, share 0 to 1 or None), oldest first.
        title: what is drawn.
        sentence: what it says, in words with numbers.
        promise: the share promised.
        csv: address of the same figures as CSV.
    """
    chart = charts.line_chart(points, promise=promise)
    return {"chart": chart, "title": title, "sentence": sentence, "csv": csv}


@register.inclusion_tag("ui/components/bars.html")
def bars(rows: Iterable[tuple[str, float]], label: str = "") -> dict[str, Any]:
    """Draw bars from zero with label and figure beside them; it is its own table twin."""
    return {"rows": charts.bars(rows), "label": label}


@register.inclusion_tag("ui/components/unit_map.html")
def unit_map(
    boundaries: Mapping[str, Any],
    values: Mapping[str, float | None],
    title: str,
    unit: str = "",
    points: Iterable[tuple[float, float]] = (),
    points_label: str = "",
) -> dict[str, Any]:
    """Draw a figure per unit in five steps of violet, with legend, the five largest and a table twin."""
    drawn = maps.unit_map(boundaries, values, points)
    return {"map": drawn, "title": title, "unit": unit, "points_label": points_label}


@register.inclusion_tag("ui/components/city_map.html")
def city_map(facts: Mapping[str, Any], *, pick: bool = False, points: str = "", label: str = "") -> dict[str, Any]:
    """Hold the place of a map that moves; a script opens it when somebody asks for it, and only then loads its code.

    Args:
        facts: outlines (address of GeoJSON), base (address of the facts of a base map, or empty), bounds (west,
            south, east, north), schematic, notice (a sentence on what the outlines are worth).
        pick: whether one place is chosen on it.
        points: the address that answers clusters for a box and a scale, as GeoJSON.
        label: what a screen reader calls the region.
    """
    bounds = ",".join(str(each) for each in facts.get("bounds", ()))
    return {**facts, "bounds": bounds, "pick": pick, "points": points, "label": label}


@register.inclusion_tag("ui/components/empty.html")
def empty(title: str, text: str = "", icon: str = "inbox", action: str = "", href: str = "") -> dict[str, Any]:
    """Draw the designed empty state: what is not there yet and how to begin."""
    return {"title": title, "text": text, "icon": icon, "action": action, "href": href}


@register.inclusion_tag("ui/components/box.html")
def box(tone: str, title: str, text: str = "", icon: str = "") -> dict[str, Any]:
    """Draw a message box: good, weak (partial), bad (error) or info."""
    by_tone = {"good": "circle-check", "weak": "triangle-alert", "bad": "circle-alert", "info": "info"}
    return {"tone": tone, "title": title, "text": text, "icon": icon or by_tone[tone]}


@register.inclusion_tag("ui/components/partial.html")
def partial(source: str) -> dict[str, Any]:
    """Say that one source has not answered while the rest of the page stands."""
    return {"source": source}


@register.inclusion_tag("ui/components/problem.html")
def problem(error: Any) -> dict[str, Any]:
    """Say what a refusal means: what happened, what to do, that nothing was lost."""
    return {"error": error}


@register.inclusion_tag("ui/components/no_power.html")
def no_power(whose: str = "") -> dict[str, Any]:
    """Say that something belongs to somebody else's post."""
    return {"whose": whose}


@register.inclusion_tag("ui/components/steps.html")
def steps(names: Sequence[str], current: int) -> dict[str, Any]:
    """Draw numbered steps; `current` counts from 1."""
    return {"steps": [(name, place < current, place == current) for place, name in enumerate(names, 1)]}


@register.inclusion_tag("ui/components/field.html")
def field(bound: Any) -> dict[str, Any]:
    """Draw one form field: label, control, help and errors, joined for screen readers by Django's own ids."""
    return {"field": bound}


@register.inclusion_tag("ui/components/pager.html", takes_context=True)
def pager(context: Mapping[str, Any], after: str | None, first: Any = "first") -> dict[str, Any]:
    """Draw the keyset pager: the next page's cursor, and the way back to the first page."""
    return {"next": query(context, after=after) if after else "", "start": "" if first else query(context, after="")}


@register.simple_tag(takes_context=True)
def query(context: Mapping[str, Any], **changes: Any) -> str:
    """Return the present address's query with some parameters changed; an empty value removes one."""
    parameters = context["request"].GET.copy()
    parameters.pop("after", None)
    for key, value in changes.items():
        parameters.pop(key, None)
        if value not in (None, ""):
            parameters[key] = str(value)
    encoded: str = parameters.urlencode()
    return f"?{encoded}"


@register.filter
def number_vi(value: float | int | None) -> str:
    """Return a number in the reader's form: 58.251 in Vietnamese."""
    return words.number(value)


@register.filter
def percent_vi(value: float | None, digits: int = 1) -> str:
    """Return a share in the reader's form: 96,4 % in Vietnamese."""
    return words.percent(value, int(digits))


@register.filter
def bytes_vi(value: int | None) -> str:
    """Return a size in the reader's form: 1,2 MB."""
    return words.size(value)


@register.filter
def date_vi(value: date | datetime | None) -> str:
    """Return a date in the reader's form: 26/11/2026 in Vietnamese."""
    return words.day(value)


@register.filter
def moment_vi(value: datetime | None) -> str:
    """Return an instant in the reader's form, in the city's zone."""
    return words.moment(value)


@register.filter
def took(value: float | None) -> str:
    """Return how many seconds work took, in words."""
    return words.took(value)


@register.filter
def ago(value: datetime | None) -> str | SafeString:
    """Return how long ago an instant was, with the full time as its title."""
    return words.ago(None) if value is None else pieces.ago(value)


@register.filter
def tone(value: float | None) -> str:
    """Return the tone of a score as the end of a class name."""
    return criteria.tone(value)


@register.filter
def item(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Return a value of a mapping by a key that is itself a variable."""
    return mapping.get(key)


@register.filter
def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name: "Lê Thị An" gives LA."""
    parts = name.split()
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper() if parts else "?"
