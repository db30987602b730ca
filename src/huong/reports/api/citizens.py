"""What everybody can do over the API: send, ask for rescue, look, answer, rate. No account, no cookie."""

from typing import Any, cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from huong.base import clock
from huong.base.errors import BadInput, NotFound
from huong.files import queries as files
from huong.people.sessions import address_of
from huong.reports import actions, queries
from huong.reports.actions import Draft, Sent
from huong.reports.actions.placing import locate
from huong.reports.api.shapes import (
    CategoryOut,
    CodeIn,
    DraftIn,
    ListQuery,
    MailBody,
    PageOut,
    PhotoOut,
    PublicStoryOut,
    RatingIn,
    ReplyBody,
    RescueIn,
    SentOut,
    SizeQuery,
    SuggestBody,
    SuggestOut,
    shown,
)
from huong.reports.api.stories import told
from huong.reports.api.visitors import Anybody, device_of, known, link_in
from huong.reports.models import Report

router = Router(auth=Anybody())
SHORTEST_KEY, LONGEST_KEY = 16, 200


def draft_of(body: DraftIn) -> Draft:
    """Return what is to be sent."""
    point = (body.lon, body.lat) if body.lon is not None and body.lat is not None else None
    return Draft(
        text=body.text,
        category=body.category,
        point=point,
        unit=body.unit,
        place=body.place,
        photos=tuple(body.photos),
        name=body.name,
        phone=body.phone,
        mail=body.mail,
        lang=body.lang,
        asks=body.asks,
    )


def receipt(sent: Sent) -> dict[str, Any]:
    """Return the receipt of a sending."""
    report = sent.report
    return {
        "number": report.number,
        "link": sent.link,
        "repeated": sent.repeated,
        "received_at": report.received_at,
        "state": report.state,
        "state_name": queries.state_name(report.state),
        "due_at": report.due_at,
        "promise": queries.promise_of(report),
    }


def key_of(request: HttpRequest) -> str:
    """Return the client's own key. Whoever has it gets the receipt again, so it must not be guessed.

    Raises:
        BadInput: it is shorter or longer than such keys are.
    """
    key = request.headers.get("Idempotency-Key", "")
    if key and not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise BadInput(
            _("An Idempotency-Key has %(least)d to %(most)d characters, made at random.")
            % {"least": SHORTEST_KEY, "most": LONGEST_KEY},
            code="bad_key",
        )
    return key


def _seen(request: HttpRequest, number: str) -> tuple[Report, queries.Reader]:
    """Return a report that whoever asks may see, and as whom they see it."""
    link = link_in(request)
    if link:
        report = queries.by_link(link)
        if report.number == number:
            return report, "reporter"
    return queries.public_report(number), "public"


def _own(request: HttpRequest, number: str) -> Report:
    """Return a report of which whoever asks holds the private link."""
    report = queries.by_link(link_in(request))
    if report.number != number:
        raise NotFound
    return report


@router.post("", response={201: SentOut, 200: SentOut}, url_name="send_report")
def send(request: HttpRequest, body: DraftIn) -> Status[dict[str, Any]]:
    """Send a report. `Idempotency-Key` makes a repeated sending harmless, also days later: 200 with the first receipt."""
    sent = actions.send(
        draft_of(body),
        key=key_of(request),
        device=device_of(request),
        address=address_of(request),
        user=known(request),
    )
    return Status(200 if sent.repeated else 201, receipt(sent))


@router.post("/rescue", response={201: SentOut, 200: SentOut}, url_name="ask_for_rescue")
def rescue(request: HttpRequest, body: RescueIn) -> Status[dict[str, Any]]:
    """Ask for rescue: nothing is compulsory, no limit holds it back, the duty agency has it at once."""
    sent = actions.rescue(draft_of(body), facts=body.facts, key=key_of(request), user=known(request))
    return Status(200 if sent.repeated else 201, receipt(sent))


@router.post("/photos", response={201: PhotoOut})
def add_photo(request: HttpRequest, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Send a photo (JPEG, PNG, WebP, HEIC) before its report; give its id in `photos`."""
    photo = actions.take_photo(
        cast("Any", file), name=file.name or "", device=device_of(request), address=address_of(request)
    )
    return Status(201, {"id": photo.uid, "width": photo.width, "height": photo.height})


@router.get("/categories", response=list[CategoryOut])
def categories(request: HttpRequest, response: HttpResponse) -> list[dict[str, Any]]:
    """List the categories that hold today, main ones first, in the city's order."""
    held, today = queries.book(), clock.today()
    response["Cache-Control"] = "public, max-age=60"
    mains = held.main_categories(today)
    rows = [each for main in mains for each in (main, *held.categories_under(main.key, today))]
    return [
        {name: getattr(each, name) for name in CategoryOut.model_fields if name != "questions"}
        | {"questions": [question.__dict__ for question in each.questions]}
        for each in rows
    ]


@router.post("/suggest", response=SuggestOut)
def suggest(request: HttpRequest, body: SuggestBody) -> dict[str, Any]:
    """Suggest categories from the words, and public reports nearby that may be the same matter. Nothing is kept."""
    point = (body.lon, body.lat) if body.lon is not None and body.lat is not None else None
    found = queries.suggest(body.text)
    category = body.category or (found[0][0] if found else "")
    unit = locate(unit=body.unit, lenient=True).unit
    same = queries.similar(category=category, point=point, unit=unit, text=body.text)
    return {
        "categories": found,
        "similar": [{"report": shown(each.report), "metres": each.metres, "score": each.score} for each in same],
    }


@router.get("", response=PageOut)
def public_reports(request: HttpRequest, query: Query[ListQuery]) -> dict[str, Any]:
    """List what everybody may see, newest first; `next` leads to the page after."""
    page = queries.public_reports(**query.dict() | {"size": min(query.size, 200)})
    return {"reports": [shown(each) for each in page.items], "next": page.next}


@router.get("/{number}", response=PublicStoryOut)
def one(request: HttpRequest, number: str) -> dict[str, Any]:
    """Return a public report with its story; its sender sees their own with `X-Report-Link`."""
    report, reader = _seen(request, number)
    return {
        "report": shown(report, coarse=reader == "public"),
        "story": [told(moment) for moment in queries.story(report, reader)],
        "promise": queries.promise_of(report),
        "merged_into": report.merged_into.number if report.merged_into else "",
    }


@router.get("/{number}/photos/{photo}")
def photo_file(request: HttpRequest, number: str, photo: str, query: Query[SizeQuery]) -> FileResponse:
    """Return a photo as JPEG, if whoever asks may see it."""
    report, reader = _seen(request, number)
    held = next((each for each in queries.photos_of(report, reader) if each.uid == photo), None)
    if held is None:
        raise NotFound(_("The report has no such words or photo."))
    response = FileResponse(files.open_blob(held.small if query.small else held.large), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600" if reader != "public" else "public, max-age=300"
    return response


@router.post("/{number}/reply", response=PublicStoryOut)
def reply(request: HttpRequest, number: str, body: ReplyBody) -> dict[str, Any]:
    """Answer a question of the agency, or add words and photos; with `X-Report-Link`."""
    actions.reply(_own(request, number).number, text=body.text, photos=tuple(body.photos))
    return one(request, number)


@router.post("/{number}/rating", response=PublicStoryOut)
def rate(request: HttpRequest, number: str, body: RatingIn) -> dict[str, Any]:
    """Rate the answer; who is not satisfied may have it opened again; with `X-Report-Link`."""
    own = _own(request, number)
    actions.rate(own.number, level=body.level, answers=tuple(body.answers), text=body.text, reopen=body.reopen)
    return one(request, number)


@router.post("/{number}/reopening", response=PublicStoryOut)
def reopen(request: HttpRequest, number: str, body: ReplyBody) -> dict[str, Any]:
    """Have an answered report opened again within the city's window; with `X-Report-Link`."""
    actions.reopen(_own(request, number).number, text=body.text, by=None)
    return one(request, number)


@router.post("/{number}/code", response={204: None})
def send_code(request: HttpRequest, number: str, way: str = "") -> Status[None]:
    """Send a code to the mail address or the mobile phone that was given (`way`: mail or phone); with `X-Report-Link`."""
    actions.send_code(_own(request, number), way=way, address=address_of(request))
    return Status(204, None)


@router.post("/{number}/confirmation", response={204: None})
def confirm(request: HttpRequest, number: str, body: CodeIn) -> Status[None]:
    """Confirm with the code that the mail address or the phone is one's own; with `X-Report-Link`."""
    actions.confirm(_own(request, number), body.code)
    return Status(204, None)


@router.delete("/{number}/me", response={204: None})
def erase_me(request: HttpRequest, number: str) -> Status[None]:
    """Erase contact and words of whoever sent a report; the facts stay. With `X-Report-Link`, which ends with it."""
    actions.erase_reporter(_own(request, number).number, link=link_in(request))
    return Status(204, None)


@router.post("/{number}/followers", response={202: None})
def follow(request: HttpRequest, number: str, body: MailBody) -> Status[None]:
    """Follow a public report: as oneself, or by mail after opening the link that is sent there."""
    actions.follow(number, user=None if body.mail else known(request), mail=body.mail, address=address_of(request))
    return Status(202, None)


@router.delete("/{number}/followers", response={204: None})
def unfollow(request: HttpRequest, number: str, token: str = "") -> Status[None]:
    """No longer follow a report: as oneself, or with the token of the mail."""
    actions.unfollow(number, user=known(request), token=token)
    return Status(204, None)
