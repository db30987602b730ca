"""A person's own pages: who saw my data, asking why, what we hold, agreements."""

from datetime import timedelta
from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huong.base import clock, paging
from huong.base.errors import Conflict, HuongError, NotFound
from huong.exchange import queries, sentences
from huong.exchange.actions import consents, questions
from huong.exchange.models import AccessRecord, DataService
from huong.exchange.sharing import facts
from huong.people import queries as people
from huong.people.actions import restrictions
from huong.people.assurance import needs_high
from huong.people.auth import person
from huong.people.models import Party, User
from huong.people.ports import holders
from huong.ui import words

CONTEXT = "store.vn.citizen_id"
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _party(request: HttpRequest) -> Party | None:
    return people.party_of_user(request.user) if isinstance(request.user, User) else None


def _require_party(request: HttpRequest) -> Party:
    party = _party(request)
    if party is None:
        raise NotFound(_("Your identity is not known here yet. Please sign in with VNeID."))
    return party


@needs_high
@never_cache
@require_safe
def accesses(request: HttpRequest) -> HttpResponse:
    """Show who saw a person's data: when, which agency, which fields, why; with "ask" on every row."""
    party = _party(request)
    if party is None:
        return render(request, "exchange/my/unknown.html")
    hashed = people.joined_hash(party.public_id, context=CONTEXT)
    found = paging.keyset(queries.accesses_of(hashed), order=("-at", "-id"), after=request.GET.get("after"), size=30)
    month = queries.accesses_of(hashed, since=clock.now() - timedelta(days=30)).count()
    context = {
        "rows": _rows(found.items, party),
        "month": month,
        "next": found.next,
        "first": "after" not in request.GET,
    }
    return render(request, "exchange/my/access.html", context)


def _rows(found: list[AccessRecord], party: Party) -> list[dict[str, Any]]:
    names = sentences.agency_names(each.agency for each in found)
    purposes = sentences.purpose_names((each.issue or each.purpose).partition("/")[0] for each in found)
    services = {str(each): each for each in DataService.objects.select_related("member")}
    asked = {each.about: each for each in queries.questions_of(party.public_id)}
    restricted = queries.kept_back(found)
    return [
        {
            "id": each.id,
            "who": names[each.agency],
            "icon": sentences.icon_of(each),
            "at": each.at,
            "fields": sentences.fields_said(each, services),
            "why": sentences.why_said(each, purposes),
            "refused": each.refused,
            "restricted": each.id in restricted,
            "later": each.shown_from > each.at,
            "question": asked.get(f"access:{each.id}"),
            **_of_share(each, party),
        }
        for each in found
    ]


def _of_share(record: AccessRecord, party: Party) -> dict[str, Any]:
    """Return what differs where a third party opened a fact that the person shares: their own words say why."""
    if not record.source.startswith(sentences.SHARE):
        return {}
    try:
        title = facts.fact(record.fields, party.kind).title
    except NotFound:
        title = record.fields
    number = record.source.removeprefix(sentences.SHARE)
    return {"who": record.agency, "fields": title, "why": record.purpose, "share": number}


@needs_high
@never_cache
@get_or_post
def ask(request: HttpRequest, access_id: int) -> HttpResponse:
    """Let a person ask an agency why it saw their data; the answer has a clock."""
    party = _require_party(request)
    hashed = people.joined_hash(party.public_id, context=CONTEXT)
    record = queries.accesses_of(hashed).filter(id=access_id).first() if hashed else None
    if record is None:
        raise NotFound(_("There is no such access to your data."))
    (row,) = _rows([record], party)
    if request.method != "POST":
        return render(request, "exchange/my/ask.html", {"row": row, "due": questions.answer_due(clock.now())})
    try:
        made = questions.ask_why(access_id, party=party, text=request.POST.get("text", ""))
    except Conflict as error:
        messages.info(request, error.message)
    else:
        due = words.day(made.due_at)
        messages.success(request, _("Your question is on its way. You get an answer by %(due)s.") % {"due": due})
    return redirect("exchange:my_access")


@needs_high
@never_cache
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show what the house holds on a person, over all packages, and what they asked and agreed to."""
    party = _party(request)
    if party is None:
        return render(request, "exchange/my/unknown.html")
    held = [each for holder in holders.values() for each in holder.held(party)]
    names = sentences.agency_names(each.agency for each in held if each.agency)
    given = queries.consents_of(party.public_id)
    purposes = sentences.purpose_names(each.purpose for each in given)
    now = clock.now()
    limited = {each.scope for each in people.restrictions_of(party)}
    context = {
        "held": [
            {"thing": each, "owner": names.get(each.agency, ""), "restricted": each.key in limited} for each in held
        ],
        "questions": queries.questions_of(party.public_id),
        "consents": [
            {
                "consent": each,
                "purpose": purposes.get(each.purpose, each.purpose),
                "holds": each.revoked_at is None and each.valid_to > now,
            }
            for each in given
        ],
    }
    return render(request, "exchange/my/data.html", context)


@needs_high
@never_cache
@get_or_post
def ask_about(request: HttpRequest) -> HttpResponse:
    """Let a person ask for correction, restriction or erasure of one thing that is held."""
    party = _require_party(request)
    key = request.POST.get("key", request.GET.get("key", ""))
    held = [each for holder in holders.values() for each in holder.held(party)]
    thing = next((each for each in held if each.key == key), None)
    if thing is None:
        raise NotFound(_("There is no such thing that we hold on you."))
    error = None
    if request.method == "POST":
        kind, text = request.POST.get("kind", ""), request.POST.get("text", "")
        try:
            made = questions.ask_about(key, kind=kind, agency=thing.agency, party=party, text=text)
        except HuongError as refused:
            error = refused
        else:
            due = words.day(made.due_at)
            messages.success(request, _("Your question is on its way. You get an answer by %(due)s.") % {"due": due})
            return redirect("exchange:my_data")
    context = {
        "thing": thing,
        "error": error,
        "text": request.POST.get("text", ""),
        "kept": key.partition(":")[0] == "accesses",
        "due": questions.answer_due(clock.now()),
    }
    return render(request, "exchange/my/ask_about.html", context, status=error.status if error else 200)


@needs_high
@require_POST
def lift(request: HttpRequest) -> HttpResponse:
    """Let a person lift a restriction that they asked for."""
    restrictions.lift(_require_party(request), request.POST.get("key", ""), by=person(request))
    messages.success(request, _("Lifted. Offices may use these data again, each for its purpose."))
    return redirect("exchange:my_data")


@needs_high
@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Hand a person everything that is held on them, as one JSON file."""
    party = _require_party(request)
    found = {key: holder.export(party) for key, holder in holders.items()}
    answer = HttpResponse(orjson.dumps(found, option=orjson.OPT_INDENT_2), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="huong-{clock.today():%Y%m%d}.json"'
    return answer


@needs_high
@never_cache
@get_or_post
def consent(request: HttpRequest, number: str, purpose: str) -> HttpResponse:
    """Ask a person for one agreement to one purpose; saying nothing is no."""
    party = _require_party(request)
    grant = queries.grant(number)
    if request.method == "POST":
        consents.give(party, grant=grant, purpose=purpose)
        messages.success(request, _("You have agreed. You can take it back here at any time."))
        return redirect("exchange:my_data")
    if not grant.needs_consent or purpose not in grant.purposes:
        raise NotFound(_("There is nothing to agree to here, or for another time."))
    line = sentences.grant_line(grant)
    title = sentences.purpose_names([purpose]).get(purpose, purpose)
    return render(request, "exchange/my/consent.html", {"line": line, "purpose": title})


@needs_high
@require_POST
def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """Take an agreement back."""
    consents.take_back(number, party=_require_party(request))
    messages.success(request, _("You have taken it back. From now on nothing is given under it."))
    return redirect("exchange:my_data")
