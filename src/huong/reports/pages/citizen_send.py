"""Sending a report: one form that is complete without scripts and the target of what scripts kept while offline."""

import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from huong.base import city, clock
from huong.base.errors import BadInput, HuongError, TooMany
from huong.people import texting
from huong.people.access import open_to_all
from huong.people.names import names
from huong.people.sessions import address_of
from huong.places import queries as places
from huong.reports import actions, queries
from huong.reports.actions import Draft, Sent
from huong.reports.actions import photos as photo_verbs
from huong.reports.actions.placing import locate
from huong.reports.errors import PlaceUnclear
from huong.reports.models import Report, Reporter
from huong.reports.pages import citizen_words as words
from huong.reports.pages.citizen_links import citizen_of, keep_private, remember
from huong.reports.queries.reporters import provable
from huong.reports.rules.nouns import DANGER
from huong.reports.rules.similarity import LIKELY

SHORTEST_KEY, LONGEST_KEY = 16, 200


@dataclass
class Filled:
    """What the form holds, as typed."""

    key: str
    text: str = ""
    category: str = ""
    unit: str = ""
    place: str = ""
    lon: str = ""
    lat: str = ""
    name: str = ""
    phone: str = ""
    mail: str = ""
    photos: list[str] = field(default_factory=list)
    asks: dict[str, str] = field(default_factory=dict)
    looked: bool = False

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude, if the device told them."""
        try:
            return float(self.lon), float(self.lat)
        except ValueError:
            return None

    def draft(self) -> Draft:
        """Return what is to be sent."""
        return Draft(
            text=self.text,
            category=self.category,
            point=self.point,
            unit=self.unit,
            place=self.place,
            photos=tuple(self.photos),
            name=self.name,
            phone=self.phone,
            mail=self.mail,
            lang=(get_language() or "vi")[:2],
            asks=self.asks,
        )


PLAIN = ("text", "category", "unit", "place", "lon", "lat", "name", "phone", "mail")
LENGTHS = {"text": 12_000, "place": 600, "unit": 200, "name": 300, "mail": 300}


def filled(request: HttpRequest) -> Filled:
    """Return what somebody filled in."""
    post = request.POST
    given = {name: post.get(name, "").strip()[: LENGTHS.get(name, 60)] for name in PLAIN}
    if post.get("unit_choice"):
        given["unit"] = post["unit_choice"][:20]
    asks = {name[4:]: value[:200] for name, value in post.items() if name.startswith("ask_") and value}
    return Filled(
        key=post.get("key", "")[:LONGEST_KEY],
        photos=post.getlist("photo")[:100],
        asks=cast("dict[str, str]", asks),
        looked=bool(post.get("looked")),
        **given,
    )


@csrf_exempt
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form, or send what it holds. Needs neither account nor cookie; a repeated sending is harmless."""
    if request.method != "POST":
        begun = Filled(key=secrets.token_urlsafe(24))
        for name in ("category", "unit"):
            setattr(begun, name, request.GET.get(name, "")[:60])
        return _form(request, begun)
    held = filled(request)
    if "json" in request.headers.get("Accept", ""):
        return _told(request, _send(request, held, key=_own_key(held)))
    return _without_scripts(request, held)


def _without_scripts(request: HttpRequest, held: Filled) -> HttpResponse:
    try:
        _take_photos(request, held)
        if not held.looked and (same := _similar(held)):
            held.looked = True
            return _form(request, held, same=same)
        sent = _send(request, held, key=_page_key(held))
    except HuongError as error:
        return _form(request, held, error=error)
    answer = redirect(f"/reports/{sent.report.number}?link={sent.link}&sent=1")
    remember(request, answer, sent.link)
    return keep_private(answer)


def _own_key(held: Filled) -> str:
    """Return the key that a script made with the draft.

    Raises:
        BadInput: it could be guessed; whoever has a key gets the receipt again.
    """
    if len(held.key) < SHORTEST_KEY:
        raise BadInput(code="bad_key")
    return held.key


def _page_key(held: Filled) -> str:
    """Return a key for this form and these words: pressing twice is one report, other words are another."""
    if len(held.key) < SHORTEST_KEY:
        return ""
    said = "\n".join([held.key, held.text, held.category, held.unit, held.place])
    return "page:" + hashlib.sha256(said.encode()).hexdigest()


def _send(request: HttpRequest, held: Filled, *, key: str) -> Sent:
    sent = actions.send(
        held.draft(),
        key=key,
        device=request.headers.get("X-Device", "")[:80],
        address=address_of(request),
        user=citizen_of(request),
    )
    if not sent.repeated and _may_prove(sent.report):
        with suppress(TooMany, BadInput):  # the report stands; the page offers to send the code again
            actions.send_code(sent.report, address=address_of(request))
    return sent


def _may_prove(report: Report) -> bool:
    reporter = Reporter.objects.filter(report=report).first()
    return report.priority < DANGER and reporter is not None and bool(provable(reporter))


def _take_photos(request: HttpRequest, held: Filled) -> None:
    files = [file for file in request.FILES.getlist("photos") if file]
    photo_verbs.require_number((*held.photos, *(str(place) for place in range(len(files)))))
    for file in files:
        taken = actions.take_photo(cast("Any", file), name=file.name or "", address=address_of(request))
        held.photos.append(taken.uid)


def _similar(held: Filled) -> list[Any]:
    category = held.category or next((key for key, _share in queries.suggest(held.text)), "")
    unit = locate(unit=held.unit, lenient=True).unit
    found = queries.similar(category=category, point=held.point, unit=unit, text=f"{held.text} {held.place}")
    return words.cards_of(each.report for each in found if each.score >= LIKELY)


def _told(request: HttpRequest, sent: Sent) -> HttpResponse:
    """Answer a script: the receipt, and the address of the report's own page."""
    answer = JsonResponse(
        {
            "number": sent.report.number,
            "link": sent.link,
            "url": f"/reports/{sent.report.number}?link={sent.link}&sent=1",
            "repeated": sent.repeated,
            "promise": words.promise(sent.report)["title"],
        },
        status=200 if sent.repeated else 201,
    )
    remember(request, answer, sent.link)
    return keep_private(answer)


def _form(
    request: HttpRequest, held: Filled, *, error: HuongError | None = None, same: list[Any] | None = None
) -> HttpResponse:
    book, today = queries.book(), clock.today()
    groups = [(each, book.categories_under(each.key, today)) for each in book.main_categories(today)]
    asked = [each for _main, under in groups for each in under if each.questions or each.hint or each.danger]
    context = {
        "held": held,
        "error": error,
        "fault": str(error.details.get("field", "")) if error else "",
        "choices": error.details.get("choices", []) if isinstance(error, PlaceUnclear) else [],
        "same": same or [],
        "groups": groups,
        "chosen": book.categories.get(held.category),
        "english": (get_language() or "vi").startswith("en"),
        "units": [name for _code, name in names().units_to_choose()],
        "about": {each.key: _about(each) for each in asked},
        "most": photo_verbs.most(),
        "texts": texting.is_ready(),
        "emergency": city.facts().get("emergency", ""),
        "city_map": places.map_facts(),
    }
    return render(request, "reports/citizen/new.html", context, status=error.status if error else 200)


def _about(category: Any) -> dict[str, Any]:
    """Return what the form says and asks once a category is chosen."""
    english = (get_language() or "vi").startswith("en")
    return {
        "name": category.name_en if english else category.name,
        "hint": category.hint_en if english else category.hint,
        "danger": category.danger,
        "questions": [
            {
                "code": each.code,
                "text": each.text_en if english else each.text,
                "kind": each.kind,
                "required": each.required,
                "choices": list(each.choices),
            }
            for each in category.questions
        ],
    }
