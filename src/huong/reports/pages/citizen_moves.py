"""What whoever sent a report does afterwards, and what everybody can: follow. Each page form calls one verb."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from huong.base.errors import BadInput, HuongError, NotFound
from huong.people.access import open_to_all
from huong.people.sessions import address_of
from huong.reports import actions
from huong.reports.actions import following
from huong.reports.actions import photos as photo_verbs
from huong.reports.pages.citizen_links import Seen, citizen_of, keep_private, seen
from huong.reports.pages.citizen_report import context_of
from huong.reports.queries.reporters import PHONE

Move = Callable[[HttpRequest, Seen], str]


def _reply(request: HttpRequest, found: Seen) -> str:
    files = [file for file in request.FILES.getlist("photos") if file]
    photo_verbs.require_number(tuple(str(place) for place in range(len(files))))
    uids = [
        actions.take_photo(cast("Any", each), name=each.name or "", address=address_of(request)).uid for each in files
    ]
    actions.reply(found.report.number, text=request.POST.get("text", ""), photos=tuple(uids))
    return _("Thank you. The agency has it now.")


def _rate(request: HttpRequest, found: Seen) -> str:
    level = request.POST.get("level", "")
    reopen = bool(request.POST.get("reopen"))
    actions.rate(
        found.report.number,
        level=level,
        answers=tuple(request.POST.getlist(f"answers_{level}")),
        text=request.POST.get("text", ""),
        reopen=reopen,
    )
    if reopen and level == "not_satisfied":
        return _("Thank you. The report is open again, and the agency knows why.")
    return _("Thank you for your rating.")


def _reopen(request: HttpRequest, found: Seen) -> str:
    actions.reopen(found.report.number, text=request.POST.get("text", ""), by=None)
    return _("The report is open again.")


def _code(request: HttpRequest, found: Seen) -> str:
    way = actions.send_code(found.report, way=request.POST.get("way", ""), address=address_of(request))
    if way == PHONE:
        return _("A code was sent to your phone. It is valid for 15 minutes.")
    return _("A code was sent to your mail address. It is valid for 15 minutes.")


def _confirm(request: HttpRequest, found: Seen) -> str:
    reporter = actions.confirm(found.report, request.POST.get("code", "")[:20])
    if reporter.code_way == PHONE:
        return _("Your phone is confirmed. A text message tells you of questions and of the answer.")
    return _("Your mail address is confirmed. You hear of every step.")


def _erase(request: HttpRequest, found: Seen) -> str:
    if not request.POST.get("sure"):
        raise BadInput(_("Please tick that you want to erase it."), field="sure")
    actions.erase_reporter(found.report.number, link=found.link)
    return _("Your contact and your words are erased. What remains is the matter itself, without you.")


MOVES: dict[str, Move] = {
    "reply": _reply,
    "rate": _rate,
    "reopen": _reopen,
    "code": _code,
    "confirm": _confirm,
    "erase": _erase,
}


@csrf_exempt
@open_to_all
@require_POST
def move(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Do what the holder of a private link asks for; the link is the right to it, so no cookie is needed."""
    found = seen(request, number)
    if not found.own or verb not in MOVES:
        raise NotFound
    try:
        said = MOVES[verb](request, found)
    except HuongError as error:
        context = {**context_of(request, found), "error": error, "typed": request.POST, "verb": verb}
        answer = render(request, "reports/citizen/report.html", context, status=error.status)
        return keep_private(answer)
    messages.success(request, said)
    address = "/my/" if verb == "erase" else f"/reports/{found.report.number}?link={found.link}"
    return keep_private(redirect(address))


@csrf_exempt
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, number: str) -> HttpResponse:
    """Follow a report: as oneself, or by mail after a link that is sent there and a button behind it.

    Opening the link changes nothing: programs that look through mails open every link.
    """
    if request.method != "POST":
        return _asked(request, number, verb="follow")
    if token := request.POST.get("token", "")[:120]:
        report = actions.confirm_follow(token)
        messages.success(request, _("From now on you hear of this report."))
        return keep_private(redirect(f"/reports/{report.number}"))
    mail = request.POST.get("mail", "").strip()[:300]
    user = None if mail else citizen_of(request)
    actions.follow(number, user=user, mail=mail, lang=(get_language() or "vi")[:2], address=address_of(request))
    said = (
        _("From now on you hear of this report.") if user else _("Please open the link in the mail we just sent you.")
    )
    messages.success(request, said)
    return redirect(f"/reports/{number}")


@csrf_exempt
@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def unfollow(request: HttpRequest, number: str) -> HttpResponse:
    """End following with the link of a mail and a button behind it."""
    if request.method != "POST":
        return _asked(request, number, verb="unfollow")
    report = actions.unfollow(number, token=request.POST.get("token", "")[:120])
    messages.success(request, _("You no longer hear of this report."))
    return keep_private(redirect(f"/reports/{report.number}"))


def _asked(request: HttpRequest, number: str, *, verb: str) -> HttpResponse:
    """Ask whether somebody means it; a link that is not right is said at once."""
    token = request.GET.get("token", "")[:120]
    report = following.followed_with(token, number)
    context = {"report": report, "token": token, "verb": verb}
    return keep_private(render(request, "reports/citizen/confirm.html", context))
