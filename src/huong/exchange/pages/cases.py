"""The officers' page of what citizens ask about their data: answering why, correcting, restricting, erasing."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from huong.base.errors import HuongError
from huong.exchange import queries, sentences
from huong.exchange.actions import questions
from huong.exchange.models import DataService, Question
from huong.people import access
from huong.people import queries as people
from huong.people.access import staff_only
from huong.people.auth import person
from huong.people.ports import Correctable, holders, remedies

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@staff_only
@get_or_post
def asked(request: HttpRequest) -> HttpResponse:
    """Show what citizens ask about their data, with its clock, and take the answers and decisions."""
    if request.method == "POST":
        try:
            done = _decided(request)
        except HuongError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, done)
        return redirect("exchange:questions")
    found = list(queries.questions_visible_to(person(request))[:100])
    rows = _rows(request, found)
    context = {"rows": rows, "open": sum(each.answered_at is None for each in found)}
    return render(request, "exchange/desk/questions.html", context)


def _decided(request: HttpRequest) -> str:
    given, by = request.POST, person(request)
    number, text = given.get("number", ""), given.get("text", "")
    if given.get("verb") == "refuse":
        questions.refuse(number, ground=text, by=by)
        return _("Refused. The citizen reads the ground on their page.")
    if given.get("verb") == "carry-out":
        facts = {"field": given.get("field", ""), "value": given.get("value", "")}
        questions.carry_out(number, text=text, **facts, by=by)
        return _("Carried out. The citizen has been told.")
    questions.answer(number, text=text, by=by)
    return _("Your answer stands on the citizen's page now.")


def _rows(request: HttpRequest, found: list[Question]) -> list[dict[str, Any]]:
    names = sentences.agency_names(each.agency for each in found if each.agency)
    codes = ((each.access.issue or each.access.purpose).partition("/")[0] for each in found if each.access)
    purposes = sentences.purpose_names(codes)
    offered = {str(each): each for each in DataService.objects.select_related("member")}
    return [
        {
            "question": each,
            "agency": names.get(each.agency, each.agency),
            "fields": sentences.fields_said(each.access, offered) if each.access else _thing(each),
            "why": sentences.why_said(each.access, purposes) if each.access else "",
            "correctable": _correctable(each),
            "may": access.has_power(request.user, _power(each), each.agency),
        }
        for each in found
    ]


def _power(question: Question) -> str:
    if question.kind == "why":
        return "exchange.use"
    is_person = question.kind == "erase" and question.about.startswith("party:")
    return "people.erase" if is_person else "people.correct"


def _thing(question: Question) -> str:
    """Return what a request is about as the person's own page calls it."""
    if question.answered_at is not None:
        return question.about.partition(":")[0]
    party = people.party_by_public_id(question.party)
    held = (each for holder in holders.values() for each in holder.held(party))
    return next((f"{party.name}: {each.title}" for each in held if each.key == question.about), question.about)


def _correctable(question: Question) -> list[Correctable]:
    name = question.about.partition(":")[0]
    if question.kind != "correct" or question.answered_at is not None or name not in remedies:
        return []
    return remedies.get(name).correctable(people.party_by_public_id(question.party), question.about)
