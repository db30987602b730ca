"""Forms: a JSON Schema (2020-12) read as fields with their sources, and what was typed checked against it.

Keys of ours beside the standard's: `x-title-en`, `x-source` (list), `x-when` (path to value), `x-widget`, `x-hint`,
`x-hint-en`, `x-order`, `x-enum-titles`, `x-enum-titles-en`, `x-of` (whose particulars: a hint for the reader), `x-same` (the name
by which several procedures of a life event mean the same answer; the path if left out), `x-own` (each child its own).
A property of the top level is one step of the form; its properties are the fields, and their path is "step.field".
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

from huong.base.text import noop
from huong.procedures.rules import codes
from huong.procedures.rules.sources import Source, by_order

OURS: Final = frozenset(
    {
        "x-title-en", "x-source", "x-when", "x-widget", "x-hint", "x-hint-en", "x-order", "x-enum-titles",
        "x-enum-titles-en", "x-of", "x-same", "x-own",
    }
)  # fmt: skip
LONGEST: Final = 2000
MOST_NUMBER: Final = 10**15
MOST_ITEMS: Final = 200


@dataclass(frozen=True)
class FormField:
    """One field of a form (trường thông tin).

    Attributes:
        path: "child.name".
        step: the key of the step it belongs to.
        kind: "text", "long", "date", "number", "yesno", "choice", "person_id", "tax_code", "phone", "mail", "unit", "list".
        sources: in the order in which they are tried.
        choices: value and its two titles.
        when: conditions, path to value or list of values; all must hold.
    """

    path: str
    step: str
    kind: str
    title: str
    title_en: str
    required: bool
    sources: tuple[Source, ...] = ()
    choices: tuple[tuple[str, str, str], ...] = ()
    when: Mapping[str, Any] = field(default_factory=dict)
    hint: str = ""
    hint_en: str = ""
    longest: int = LONGEST
    schema: Mapping[str, Any] = field(default_factory=dict)

    @property
    def same(self) -> str:
        """The name under which other procedures of a life event ask the same."""
        return str(self.schema.get("x-same", self.path))

    @property
    def own(self) -> bool:
        """Whether twins answer it each for themselves."""
        return bool(self.schema.get("x-own", False))

    @property
    def locks(self) -> bool:
        """Whether a source that locks may fill it."""
        return any(source.locks for source in self.sources)


@dataclass(frozen=True)
class FormStep:
    """One page of a form (bước)."""

    key: str
    title: str
    title_en: str
    fields: tuple[FormField, ...]
    when: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field, in a sentence for whoever typed it.

    `queries.said` puts it into the reader's language.
    """

    path: str
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)


def steps_of(form: Mapping[str, Any]) -> tuple[FormStep, ...]:
    """Return the steps of a form with their fields, in their order.

    Raises:
        ValueError: the form is no JSON Schema, or carries a key of ours that does not exist, or a wrong source.
    """
    return tuple(
        FormStep(
            key,
            str(part.get("title", key)),
            str(part.get("x-title-en", key)),
            tuple(_fields(key, part)),
            dict(part.get("x-when", {})),
        )
        for key, part in _ordered(form.get("properties", {}))
    )


def fields_of(form: Mapping[str, Any]) -> tuple[FormField, ...]:
    """Return every field of a form."""
    return tuple(each for step in steps_of(form) for each in step.fields)


def _ordered(properties: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return sorted(properties.items(), key=lambda item: item[1].get("x-order", 0))


def _fields(step: str, part: Mapping[str, Any]) -> Iterable[FormField]:
    needed = set(part.get("required", ()))
    for name, schema in _ordered(part.get("properties", {})):
        if strange := [key for key in schema if key.startswith("x-") and key not in OURS]:
            raise ValueError(f"{step}.{name}: {strange[0]} is unknown")
        yield FormField(
            f"{step}.{name}",
            step,
            _kind(schema),
            str(schema.get("title", name)),
            str(schema.get("x-title-en", name)),
            name in needed,
            by_order(tuple(schema.get("x-source", ()))),
            _choices(schema),
            dict(schema.get("x-when", {})),
            str(schema.get("x-hint", "")),
            str(schema.get("x-hint-en", "")),
            int(schema.get("maxLength", LONGEST)),
            schema,
        )


_BY_FORMAT: Final = {
    "date": "date",
    "email": "mail",
    "vn.citizen_id": "person_id",
    "vn.tax_code": "tax_code",
    "vn.phone": "phone",
    "vn.unit": "unit",
}


def _kind(schema: Mapping[str, Any]) -> str:
    if "x-widget" in schema:
        return str(schema["x-widget"])
    if "enum" in schema:
        return "choice"
    by_type = {"boolean": "yesno", "integer": "number", "number": "number", "array": "list"}
    return by_type.get(str(schema.get("type")), _BY_FORMAT.get(str(schema.get("format", "")), "text"))


def _choices(schema: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    values = [str(value) for value in schema.get("enum", ())]
    titles = list(schema.get("x-enum-titles", values))
    english = list(schema.get("x-enum-titles-en", titles))
    return tuple(zip(values, titles, english, strict=True))


def holds(when: Mapping[str, Any], answers: Mapping[str, Any]) -> bool:
    """Return whether conditions hold for the answers given so far, by path.

    >>> holds({"birth.place": ["home", "road"]}, {"birth.place": "home"})
    True
    >>> holds({"birth.twins": True}, {})
    False
    """
    return all(
        answers.get(path) in wanted if isinstance(wanted, list | tuple) else answers.get(path) == wanted
        for path, wanted in when.items()
    )


def asked_fields(form: Mapping[str, Any], answers: Mapping[str, Any]) -> tuple[FormField, ...]:
    """Return the fields that count for these answers: those of steps and fields whose conditions hold."""
    return tuple(
        each
        for step in steps_of(form)
        if holds(step.when, answers)
        for each in step.fields
        if holds(each.when, answers)
    )


def cleaned(each: FormField, typed: Any) -> Any:
    """Return what was typed as the schema wants it: trimmed text, number, truth value; None for nothing."""
    if isinstance(typed, str):
        typed = typed.strip()
        if not typed:
            return None
        if each.kind in {"person_id", "tax_code"}:
            return codes.plain(typed)
    if each.kind == "yesno" and isinstance(typed, str):
        return {"true": True, "yes": True, "1": True, "on": True, "false": False, "no": False, "0": False}.get(typed)
    if each.kind == "number" and isinstance(typed, str):
        try:
            return int(typed) if each.schema.get("type") == "integer" else float(typed.replace(",", "."))
        except ValueError:
            return typed
    return typed


def unkeepable(each: FormField, value: Any) -> Fault | None:
    """Return why a value cannot be kept at all, naming its field; None if it can, right or not.

    That is a sign that no database and no printer takes (NUL, half of a letter, control signs), a text longer than the
    field, a number beyond 15 digits, or something that is neither text nor number nor a list of texts.
    """
    sentence = _unkeepable(value, each.longest)
    names = {"label": each.title, "label_en": each.title_en, "most": each.longest}
    return Fault(each.path, sentence, names) if sentence else None


def _unkeepable(value: Any, longest: int) -> str:
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        too_large = not abs(value) < MOST_NUMBER  # not-a-number is smaller than nothing
        return noop("“%(label_en)s” holds a number that is too large. It was not saved.") if too_large else ""
    if isinstance(value, str):
        return _odd_text(value, longest)
    if isinstance(value, list) and len(value) <= MOST_ITEMS and all(isinstance(one, str) for one in value):
        return next((odd for one in value if (odd := _odd_text(one, longest))), "")
    return noop("“%(label_en)s” does not look right. It was not saved.")


def _odd_text(text: str, longest: int) -> str:
    if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\n\r\t" for sign in text):
        return noop("“%(label_en)s” holds a sign that cannot be kept. Please type it again; it was not saved.")
    if len(text) > longest:
        return noop("“%(label_en)s” is too long; at most %(most)s characters. It was not saved.")
    return ""


def faults_of(
    form: Mapping[str, Any],
    answers: Mapping[str, Any],
    *,
    only: frozenset[str] | None = None,
    today: date | None = None,
) -> list[Fault]:
    """Return what is wrong with the answers, one sentence per field.

    Args:
        answers: path to value; what is absent was not answered.
        only: the paths to look at (one step); None for the whole form.
        today: for dates that must lie before it (`formatMaximum: today`).
    """
    found = []
    for each in asked_fields(form, answers):
        if only is not None and each.path not in only:
            continue
        value = answers.get(each.path)
        if value is None or value == "":
            if each.required:
                found.append(Fault(each.path, noop("Please fill this in.")))
            continue
        sentence, values = wrong_with(each, value, today)
        if sentence:
            found.append(Fault(each.path, sentence, {"most": each.longest, **values}))
    return found


@lru_cache(maxsize=1)
def _validator() -> Any:
    """Return the validator of the standard; most processes never check a form, and its library takes its time to load."""
    import jsonschema

    return jsonschema.Draft202012Validator


def wrong_with(each: FormField, value: Any, today: date | None) -> tuple[str, Mapping[str, Any]]:
    """Return what is wrong with one value, as a sentence and what it names; empty if nothing is."""
    if fault := unkeepable(each, value):
        return fault.sentence, fault.values
    schema = {key: part for key, part in each.schema.items() if not key.startswith("x-") and key != "format"}
    error = next(_validator()(schema).iter_errors(value), None)
    if error is not None:
        return _sentence(each, str(error.validator)), {}
    return _wrong_kind(each, value, today)


def _sentence(each: FormField, keyword: str) -> str:
    if each.kind == "number":
        return noop("Please write a number.") if keyword == "type" else noop("This number is out of range.")
    if keyword == "enum":
        return noop("Please choose one of the answers offered.")
    if keyword == "maxLength":
        return noop("This is too long; at most %(most)s characters.")
    if keyword in {"minLength", "minItems"}:
        return noop("This is too short.")
    return noop("This does not look right. Please look at it again.")


def _wrong_kind(each: FormField, value: Any, today: date | None) -> tuple[str, Mapping[str, Any]]:
    if each.kind == "date":
        return _wrong_date(each, str(value), today), {}
    check = {"person_id": codes.citizen_id_faults, "tax_code": codes.tax_code_faults}.get(each.kind)
    for fault in check(str(value), today=today or date.max) if check else ():
        return fault.sentence, fault.values
    return "", {}


def _wrong_date(each: FormField, value: str, today: date | None) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return noop("Please write the day as day, month, year.")
    if today is not None and each.schema.get("formatMaximum") == "today" and day > today:
        return noop("This day lies in the future.")
    return ""
