"""What the six figures of a dataset say: one sentence with its numbers, and the next step beside it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huong.ui import criteria, words


class Scored(Protocol):
    """One criterion as it was judged."""

    value: float | None
    numerator: int
    denominator: int
    worst_rule: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class Around:
    """What a sentence needs to know besides the figure.

    Attributes:
        url: the dataset's page, ending in a slash.
        quarantine: where its refused rows wait.
        label: the words for a check or a field of the contract.
        waiting: how many rows wait.
        may_load, may_repair, may_edit: what the reader may do here.
        since_judged: how long ago the figure “live” was worked out; the data has grown older by so much.
        may_remind: whether it is late and belongs to another agency, whose stewards can be reminded.
    """

    url: str
    quarantine: str
    label: Callable[[str], str]
    waiting: int = 0
    may_load: bool = False
    may_repair: bool = False
    may_edit: bool = False
    may_remind: bool = False
    since_judged: timedelta = timedelta(0)


Step = tuple[str, str]
NO_STEP: Step = ("", "")


def cards(scores: Mapping[str, Scored], around: Around) -> list[dict[str, Any]]:
    """Return the six cards of a dataset's page, the weakest first, unknown ones last."""
    found = []
    for key in criteria.KEYS:
        score = scores.get(key)
        step, step_url = _STEPS[key](score, around) if score else NO_STEP
        found.append(
            {
                "key": key,
                "score": score.value if score else None,
                "sentence": _SENTENCES[key](score, around) if score else _("Not judged yet."),
                "step": step,
                "step_url": step_url,
            }
        )
    return sorted(found, key=lambda item: (item["score"] is None, item["score"] or 0.0))


def _correct(score: Scored, around: Around) -> str:
    wrong = int(score.detail.get("wrong", score.denominator - score.numerator))
    if score.value is None:
        return _("No row has been checked yet.")
    if not wrong:
        return _("None of %(rows)s rows breaks a rule.") % {"rows": words.number(score.denominator)}
    count = int(score.detail.get("counts", {}).get(score.worst_rule, 0))
    text = _("%(wrong)s of %(rows)s rows are wrong") % {
        "wrong": words.number(wrong),
        "rows": words.number(score.denominator),
    }
    if score.worst_rule:
        text += _("; most often: %(rule)s (%(count)s)") % {
            "rule": around.label(score.worst_rule),
            "count": words.number(count),
        }
    return f"{text}."


def _complete(score: Scored, around: Around) -> str:
    if score.value is None:
        return _("No field is required, so nothing can be missing.")
    empty = {name: count for name, count in score.detail.get("empty", {}).items() if count}
    fields = max(1, len(score.detail.get("empty", {})))
    rows = score.denominator // fields
    if empty and score.worst_rule:
        share = empty.get(score.worst_rule, 0) / max(1, rows)
        text = _("“%(field)s” is missing in %(share)s of the rows.") % {
            "field": around.label(score.worst_rule),
            "share": words.percent(share),
        }
    else:
        text = _("No required value is missing.")
    return f"{text} {_control_total(score.detail)}"


def _control_total(detail: Mapping[str, Any]) -> str:
    expected, received = detail.get("expected"), detail.get("received", 0)
    if expected is None:
        return _("The owner has announced no number of rows.")
    if received >= expected:
        return _("All rows that the owner announced have come.")
    return _("%(received)s of %(expected)s announced rows have come.") % {
        "received": words.number(received),
        "expected": words.number(expected),
    }


def _clean(score: Scored, around: Around) -> str:
    surplus, unclean = int(score.detail.get("surplus", 0)), int(score.detail.get("unclean", 0))
    if score.value is None:
        return _("No row has been checked yet.")
    first = (
        ngettext(
            "%(count)s row has a value that was not written as it should be",
            "%(count)s rows have a value that was not written as it should be",
            unclean,
        )
        % {"count": words.number(unclean)}
        if unclean
        else _("Every value was written as it should be")
    )
    fields = score.detail.get("fields") or {}
    if unclean and fields:
        worst = max(fields, key=lambda name: (fields[name], name))
        first += _("; most often in “%(field)s” (%(count)s values with stray spaces or in another form)") % {
            "field": around.label(worst),
            "count": words.number(fields[worst]),
        }
    second = (
        ngettext("%(count)s row repeats a key", "%(count)s rows repeat a key", surplus)
        % {"count": words.number(surplus)}
        if surplus
        else _("no key twice")
    )
    return f"{first}; {second}."


def _live(score: Scored, around: Around) -> str:
    age, promised = score.detail.get("age_hours"), score.detail.get("promised_hours")
    if age is None:
        return _("Nothing has come yet.")
    last = words.span(timedelta(hours=age) + around.since_judged)
    if promised is None:
        return _("Last data %(age)s ago. No promise has been made.") % {"age": last}
    return _("%(kept)s of %(ticks)s times on time. Last data %(age)s ago, promised every %(promised)s.") % {
        "kept": words.number(score.numerator),
        "ticks": words.number(score.denominator),
        "age": last,
        "promised": words.span(timedelta(hours=promised)),
    }


def _unified(score: Scored, around: Around) -> str:
    if score.value is None:
        return _("No field refers to a shared list.")
    if score.detail.get("term") == "values" and score.numerator < score.denominator:
        missing = score.denominator - score.numerator
        return ngettext(
            "%(count)s value is not in today's list; most often in “%(field)s”.",
            "%(count)s values are not in today's lists; most often in “%(field)s”.",
            missing,
        ) % {"count": words.number(missing), "field": around.label(score.worst_rule)}
    unbound = score.detail.get("unbound", [])
    if unbound:
        return _("%(bound)s of %(fields)s fields have a shared definition. Without one: %(names)s.") % {
            "bound": words.number(score.numerator),
            "fields": words.number(score.denominator),
            "names": ", ".join(around.label(name) for name in unbound[:3]),
        }
    return _("All codes and names are those of the shared lists.")


def _shared(score: Scored, around: Around) -> str:
    users, entitled = score.detail.get("users", 0), score.detail.get("entitled", 0)
    means = score.detail.get("means", {})
    missing = [name for name, met in means.items() if not met]
    if entitled:
        used = _("%(users)s of %(entitled)s agencies with a need have used it in 90 days.") % {
            "users": words.number(users),
            "entitled": words.number(entitled),
        }
    else:
        used = _("No agency has declared a need yet.")
    if not missing:
        return used
    lacking = _("Still missing: %(what)s.") % {"what": _mean(missing[0])}
    return f"{used} {lacking}"


def _mean(name: str) -> str:
    known = {
        "discoverable": _("an entry in the catalogue"),
        "api": _("reading by API"),
        "contract": _("a published contract"),
        "refusals": _("answers in time to requests"),
    }
    return known.get(name, name)


def _repair(around: Around) -> Step:
    text = ngettext("Repair %(rows)s row", "Repair %(rows)s rows", around.waiting)
    return (text % {"rows": words.number(around.waiting)}, around.quarantine)


def _step_rows(score: Scored, around: Around) -> Step:
    if around.waiting:
        return _repair(around) if around.may_repair else (_("See the rows"), around.quarantine)
    if score.value is not None and score.value < 1:
        return (_("See what the contract asks"), f"{around.url}contract")
    return NO_STEP


def _step_clean(score: Scored, around: Around) -> Step:
    if score.detail.get("surplus") and around.waiting:
        return _step_rows(score, around)
    if score.value is not None and score.value < 1:
        return (_("See the last load"), f"{around.url}#loads")
    return NO_STEP


def _step_complete(score: Scored, around: Around) -> Step:
    if score.value is None or score.value == 1:
        return NO_STEP
    if around.may_load:
        return (_("Load what is missing"), f"{around.url}upload")
    return (_("See what the contract asks"), f"{around.url}contract")


def _step_live(score: Scored, around: Around) -> Step:
    if around.may_remind:
        return (_("Remind the sender"), f"{around.url}remind")
    if score.value is not None and score.value < 1 and around.may_load:
        return (_("Load the newest file"), f"{around.url}upload")
    return (_("See the promise"), f"{around.url}contract")


def _step_unified(score: Scored, around: Around) -> Step:
    if score.detail.get("term") == "values" and score.numerator < score.denominator and around.waiting:
        return _step_rows(score, around)
    if score.value is not None and score.value < 1:
        if around.may_edit:
            return (_("Bind fields in the contract"), f"{around.url}contract?edit=1")
        return (_("See what the contract asks"), f"{around.url}contract")
    return NO_STEP


def _step_shared(score: Scored, around: Around) -> Step:
    return NO_STEP if score.value == 1 else (_("See who it is for"), f"{around.url}contract")


_SENTENCES: dict[str, Callable[[Scored, Around], str]] = {
    "correct": _correct,
    "complete": _complete,
    "clean": _clean,
    "live": _live,
    "unified": _unified,
    "shared": _shared,
}
_STEPS: dict[str, Callable[[Scored, Around], Step]] = {
    "correct": _step_rows,
    "complete": _step_complete,
    "clean": _step_clean,
    "live": _step_live,
    "unified": _step_unified,
    "shared": _step_shared,
}


def weakest(values: Mapping[str, float | None]) -> dict[str, Any] | None:
    """Return the weakest criterion in words, or None while nothing is known."""
    key = criteria.weakest(dict(values))
    if key is None:
        return None
    known, share = criteria.BY_KEY[key], values[key]
    return {
        "key": key,
        "label": known.label,
        "gloss": known.gloss,
        "value": share,
        "share": words.percent(share, 0),
        "tone": criteria.tone(share),
    }
