"""One report as citizens read it: its story, its promise, its photos, its feed."""

from datetime import timedelta
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huong.base import clock
from huong.base.errors import NotFound
from huong.files import queries as files
from huong.people.access import open_to_all
from huong.people.names import Names, names
from huong.reports import queries
from huong.reports.models import Report
from huong.reports.models.people import LEVELS
from huong.reports.pages import citizen_words as words
from huong.reports.pages.citizen_links import Seen, citizen_of, keep_private, remember, seen
from huong.reports.pages.citizen_list import atom
from huong.reports.queries import Moment
from huong.reports.queries.reporters import provable

QUIET = {"contact_verified"}


@require_safe
@open_to_all
def page(request: HttpRequest, number: str) -> HttpResponse:
    """Show a report; whoever sent it can answer, add, rate and erase here."""
    found = seen(request, number)
    answer = render(request, "reports/citizen/report.html", context_of(request, found))
    if not found.own:
        return answer
    if request.GET.get("link"):
        remember(request, answer, found.link)
    return keep_private(answer)


def context_of(request: HttpRequest, found: Seen) -> dict[str, Any]:
    """Return what the page of a report shows."""
    report, named = found.report, names({found.report.agency}, {found.report.unit})
    promised = queries.promise_of(report)
    story = [_told(each, named, report, found) for each in queries.story(report, found.reader)]
    return {
        "report": report,
        "own": found.own,
        "link": found.link,
        "sent": bool(request.GET.get("sent")),
        "state": queries.state_name(report.state),
        "tone": words.state_tone(report),
        "late": report.is_open and queries.is_late(report),
        "category": queries.category_name(report.category),
        "where": words.where(report, named, own=found.own),
        "agency": named.agency(report.agency),
        "promise": words.promise(report),
        "promised": promised,
        "next": words.next_step(report),
        "story": _once_each([each for each in story if each["event"] not in QUIET]),
        "answer": _answer(story) if not report.is_open else None,
        "asks": _asks(report),
        "merged_into": report.merged_into,
        "signed_in": citizen_of(request),
        **(_for_owner(report) if found.own else {}),
    }


def _answer(story: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the newest answer with words, to stand above everything else."""
    return next((each for each in reversed(story) if each["event"] in {"answered", "closed"} and each["words"]), None)


def _once_each(story: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out what was said just before in the same words, such as the rungs of one ladder."""
    following = [*story[1:], None]
    return [
        each
        for each, after in zip(story, following, strict=True)
        if after is None or each["event"] != "escalated" or after["event"] != "escalated"
    ]


def _told(moment: Moment, named: Names, report: Report, found: Seen) -> dict[str, Any]:
    tail = f"&link={found.link}" if found.own else ""
    return {
        "event": moment.event,
        "name": words.event_name(moment.event),
        "at": moment.at,
        "agency": named.agency(moment.agency, otherwise="") if moment.event not in {"received", "rated", "replied"} else "",
        "words": moment.words,
        "photos": [
            {"small": f"/reports/{report.number}/photos/{each.uid}?small=1{tail}",
             "large": f"/reports/{report.number}/photos/{each.uid}?large=1{tail}"}
            for each in moment.photos
        ],
    }  # fmt: skip


def _asks(report: Report) -> list[tuple[str, str]]:
    held = queries.book().categories.get(report.category)
    english = (get_language() or "vi").startswith("en")
    known = {each.code: each.text_en if english else each.text for each in held.questions} if held else {}
    answers = {"yes": _("yes"), "no": _("no")}
    return [(known[code], answers.get(value, value)) for code, value in report.asks.items() if code in known]


def _for_owner(report: Report) -> dict[str, Any]:
    """Return what only whoever sent a report can see and do."""
    held, reporter = queries.book(), getattr(report, "reporter", None)
    ended = report.closed_at is not None and report.state in {"answered", "closed"}
    english = (get_language() or "vi").startswith("en")
    ready = sorted(held.ratings.values(), key=lambda each: (each.order, each.key))
    return {
        "reporter": reporter if reporter and reporter.erased_at is None else None,
        "erased": bool(reporter and reporter.erased_at),
        "provable": provable(reporter) if reporter else [],
        "may_add": report.state in {"asked", *held.transitions["add"].sources},
        "may_rate": ended and not report.rating and _within(report, "rating_days", 30),
        "may_reopen": ended and bool(report.rating) and _within(report, "reopen_days", 15),
        "reopen_days": int(held.setting("reopen_days", 15)),
        "levels": [
            (key, name, [(each.key, each.text_en if english else each.text) for each in ready if key in each.levels])
            for key, name in LEVELS
        ],
    }


def _within(report: Report, name: str, usual: int) -> bool:
    days = int(queries.book().setting(name, usual))
    return report.closed_at is not None and clock.now() <= report.closed_at + timedelta(days=days)


@require_safe
@open_to_all
def photo(request: HttpRequest, number: str, uid: str) -> FileResponse:
    """Return a photo as JPEG, if whoever asks may see it."""
    found = seen(request, number)
    held = next((each for each in queries.photos_of(found.report, found.reader) if each.uid == uid), None)
    if held is None:
        raise NotFound(_("The report has no such words or photo."))
    answer = FileResponse(
        files.open_blob(held.small if request.GET.get("small") else held.large), content_type="image/jpeg"
    )
    answer["Cache-Control"] = "private, max-age=3600" if found.own else "public, max-age=300"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
@open_to_all
def feed(request: HttpRequest, number: str) -> HttpResponse:
    """Return the public story of a report as an Atom feed."""
    report = queries.public_report(number)
    named = names()
    entries = [
        {
            "id": f"{report.uid}.{moment.entry}",
            "title": words.event_name(moment.event),
            "url": f"/reports/{report.number}",
            "at": moment.at,
            "text": " ".join(
                filter(None, [named.agency(moment.agency, otherwise=""), *(each.text for each in moment.words)])
            ),
        }
        for moment in reversed(queries.story(report, "public"))
    ]
    return atom(request, f"{report.number} {report.title}", entries)
