"""The officers' pages: services offered, grants asked and given, who used what, health, questions, unusual reading."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huong.base import calendar, clock
from huong.base.errors import BadInput, HuongError
from huong.base.text import whole
from huong.catalogue import queries as catalogue
from huong.exchange import queries, sentences, watching, written
from huong.exchange.actions import grants, services
from huong.exchange.models import DataService, Grant, Line, Member
from huong.exchange.rules import grants as rules
from huong.people import access
from huong.people import queries as people
from huong.people.access import needs, staff_only
from huong.people.models import User
from huong.ui import words

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _mine(request: HttpRequest) -> list[str]:
    return access.agencies_of(request.user)


def _person(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


@staff_only
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show what waits for a decision, the services and the grants of a person's agencies."""
    mine, now = set(_mine(request)), clock.now()
    visible = list(queries.grants_visible_to(_person(request))[:200])
    waiting = [each for each in visible if each.state == "requested" and _may_decide(request, each)]
    context = {
        "waiting": [sentences.grant_line(each) for each in waiting],
        "late": sum(each.due_at < now for each in waiting),
        "grants": [sentences.grant_line(each) for each in visible if each not in waiting],
        "services": [_service_line(each, mine) for each in queries.services().filter(member__own=True)],
        "lines": [queries.health_of(each.service) for each in Line.objects.order_by("service")],
        "may_offer": access.has_power(request.user, "exchange.offer"),
        "questions": queries.questions_visible_to(_person(request)).filter(answered_at=None).count(),
    }
    return render(request, "exchange/desk/overview.html", context)


def _may_decide(request: HttpRequest, grant: Grant) -> bool:
    return access.has_power(request.user, "exchange.offer", grant.service.member.agency)


def _service_line(service: DataService, mine: set[str]) -> dict[str, Any]:
    return {
        "service": service,
        "own": service.member.agency in mine,
        "stopped": service.is_stopped_at(clock.now()),
        "guarded": sum(each.get("sensitivity", "plain") != "plain" for each in service.fields),
    }


@staff_only
@require_safe
def service(request: HttpRequest, number: int) -> HttpResponse:
    """Show one service: its fields, who used it for what, how it did, and how to ask for it."""
    found = _service(number)
    context = {
        "service": found,
        "health": queries.health_of(str(found), days=7),
        "may_watch": access.has_power(request.user, "exchange.watch", found.member.agency),
        "may_offer": access.has_power(request.user, "exchange.offer", found.member.agency),
        "may_ask": access.has_power(request.user, "exchange.use") and found.member.agency not in _mine(request),
        "stopped": found.is_stopped_at(clock.now()),
        "keys": queries.keys_of(found.member),
    }
    return render(request, "exchange/desk/service.html", context)


def _service(number: int) -> DataService:
    found = queries.services().filter(id=number).first()
    if found is None:
        raise BadInput(_("There is no such service."))
    return found


@needs("exchange.offer")
@require_POST
def stop(request: HttpRequest, number: int) -> HttpResponse:
    """Announce that a service will be suspended, or let it go on."""
    found, given = _service(number), request.POST
    try:
        if given.get("resume"):
            services.resume(found, by=_person(request))
        else:
            since, until = _moment(given.get("since", "")), _moment(given.get("until", ""))
            notice, danger = given.get("notice", ""), bool(given.get("danger"))
            services.stop(found, since=since, until=until, notice=notice, danger=danger, by=_person(request))
    except HuongError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Done. It stands on the service's page, and refusals say it."))
    return redirect("exchange:service", number)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=clock.zone())
    except ValueError as error:
        raise BadInput(_("Please choose from when to when.")) from error


@needs("exchange.offer")
@get_or_post
def offer(request: HttpRequest) -> HttpResponse:
    """Let an agency offer one of its datasets as a service: choose it, look at its fields, offer."""
    mine = set(_mine(request))
    offered = set(DataService.objects.filter(kind="dataset").values_list("source", flat=True))
    specs = [catalogue.contract_of(name) for name in catalogue.dataset_names()]
    choices = [spec for spec in specs if spec.owner in mine and spec.dataset not in offered]
    chosen = request.POST.get("dataset", request.GET.get("dataset", ""))
    spec = next((each for each in choices if each.dataset == chosen), None)
    if request.method == "POST" and spec is not None:
        made = services.offer_dataset(queries.member_of_agency(spec.owner), spec.dataset, by=_person(request))
        messages.success(request, _("The service is offered. Other agencies can ask for it now."))
        return redirect("exchange:service", made.id)
    return render(request, "exchange/desk/offer.html", {"choices": choices, "spec": spec})


@needs("exchange.offer")
@get_or_post
def offer_address(request: HttpRequest) -> HttpResponse:
    """Let an agency offer a service that runs in its own house: its address, fields and endpoints, one a line."""
    owners = list(Member.objects.filter(agency__in=_mine(request), own=True, left_at=None))
    given, error = request.POST, None
    if request.method == "POST":
        try:
            owner = next((each for each in owners if each.identifier == given.get("member")), None)
            made = services.offer_address(
                _chosen(owner),
                given.get("code", "").strip(),
                title=given.get("title", "").strip(),
                title_en=given.get("title_en", "").strip(),
                address=given.get("address", "").strip(),
                fields=written.fields(given.get("fields", "")),
                endpoints=written.endpoints(given.get("endpoints", "")),
                by=_person(request),
            )
        except HuongError as refused:
            error = refused
        else:
            messages.success(request, _("The service is offered. Other agencies can ask for it now."))
            return redirect("exchange:service", made.id)
    context = {"owners": owners, "given": given, "error": error}
    return render(request, "exchange/desk/offer_address.html", context, status=error.status if error else 200)


def _chosen(member: Member | None) -> Member:
    if member is None:
        raise BadInput(_("Please choose one of your agencies."))
    return member


@needs("exchange.watch")
@require_safe
def use(request: HttpRequest, number: int) -> HttpResponse:
    """Show the owner who used a service, for what, how often, day by day, and when last."""
    found = _service(number)
    access.require_power(request.user, "exchange.watch", found.member.agency)
    uses = queries.uses_of(found)
    names = sentences.agency_names(str(each["client"]) for each in uses)
    purposes = sentences.purpose_names(str(each["purpose"]) for each in uses)
    days = queries.days_of(found)
    context = {
        "service": found,
        "uses": [
            {**each, "who": names[str(each["client"])], "why": purposes.get(str(each["purpose"]), each["purpose"])}
            for each in uses
        ],
        "days": [(words.short_day(day), float(count)) for day, count in days],
        "total": sum(count for _day, count in days),
        "trend": queries.trend(days),
    }
    return render(request, "exchange/desk/use.html", context)


@needs("exchange.use")
@get_or_post
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Let an agency ask for fields of a service, for named purposes, with its reasons."""
    found = _service(number)
    consumers = list(Member.objects.filter(agency__in=_mine(request), own=True, left_at=None))
    error = None
    if request.method == "POST":
        try:
            made = _asked(request, found, consumers)
        except HuongError as refused:
            error = refused
        else:
            due = words.moment(made.due_at)
            messages.success(request, _("Your request is on its way. It is decided by %(due)s.") % {"due": due})
            return redirect("exchange:grant", made.number)
    context = {
        "service": found,
        "consumers": consumers,
        "purposes": queries.purposes(),
        "error": error,
        "given": request.POST,
        "fields": request.POST.getlist("field"),
        "chosen": request.POST.getlist("purpose"),
    }
    return render(request, "exchange/desk/ask.html", context, status=error.status if error else 200)


def _asked(request: HttpRequest, service: DataService, consumers: list[Member]) -> Grant:
    given = request.POST
    consumer = next((each for each in consumers if each.identifier == given.get("consumer")), None)
    if consumer is None:
        raise BadInput(_("Please choose for which of your agencies you ask."))
    return grants.ask(
        service,
        consumer=consumer,
        fields=given.getlist("field"),
        purposes=given.getlist("purpose"),
        why=given.get("why", ""),
        frequency=given.get("frequency", ""),
        legal_basis=given.get("legal_basis", ""),
        needs_consent=given.get("ground") == "consent",
        by=_person(request),
    )


@staff_only
@require_safe
def grant(request: HttpRequest, number: str) -> HttpResponse:
    """Show one grant: what was asked, why, what was decided, and what may be done now."""
    found = queries.grant(number)
    if not queries.grants_visible_to(_person(request)).filter(id=found.id).exists():
        raise BadInput(_("There is no grant with the number %(number)s.") % {"number": number})
    titles = {str(each["name"]): each for each in found.service.fields}
    context = {
        "line": sentences.grant_line(found),
        "grant": found,
        "fields": [titles.get(name, {"name": name}) for name in found.fields],
        "may_decide": _may_decide(request, found),
        "may_use": access.has_power(request.user, "exchange.use", found.consumer.agency),
        "late": found.state == "requested" and found.due_at < clock.now(),
        "aims": sentences.purpose_names(found.purposes),
        "earliest": calendar.add_working_days(clock.today(), rules.NOTICE_DAYS),
    }
    return render(request, "exchange/desk/grant.html", context)


@staff_only
@require_POST
def decide(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Do one thing to a grant: grant, refuse, suspend, resume, give back."""
    by, given = _person(request), request.POST
    verbs = {
        "grant": lambda: grants.grant(
            number, days=_days(given.get("days", "365")), fields=given.getlist("field") or None, by=by
        ),
        "refuse": lambda: grants.refuse(number, reason=given.get("reason", ""), by=by),
        "narrow": lambda: grants.narrow(number, **_narrower(request), by=by),
        "suspend": lambda: grants.suspend(
            number,
            reason=given.get("reason", ""),
            since=_moment(given["since"]) if given.get("since") else None,
            danger=bool(given.get("danger")),
            by=by,
        ),
        "resume": lambda: grants.resume(number, by=by),
        "give-back": lambda: grants.give_back(number, by=by),
    }
    if verb not in verbs:
        raise BadInput(_("There is no such step."))
    try:
        verbs[verb]()
    except HuongError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Done. The other side has been told."))
    return redirect("exchange:grant", number)


def _days(text: str) -> int:
    return whole(text) or 0


def _narrower(request: HttpRequest) -> dict[str, Any]:
    """Return what a grant is narrowed to, as the form says it.

    Raises:
        BadInput: nothing is left, or a condition on rows is half.
    """
    given = request.POST
    fields, purposes = given.getlist("field"), given.getlist("purpose")
    if not fields or not purposes:
        raise BadInput(_("At least one field and one purpose stay. To end the grant, give it back or suspend it."))
    name, value = given.get("row_field", ""), given.get("row_value", "").strip()
    if bool(name) != bool(value):
        raise BadInput(_("A condition on rows needs a field and a value."))
    rows = {name: value} if name else None
    return {"fields": fields, "purposes": purposes, "rate": _days(given.get("rate", "")) or None, "rows": rows}


@needs("exchange.watch")
@require_safe
def reading(request: HttpRequest) -> HttpResponse:
    """Show a person's agencies how their officers read personal data, the unusual first."""
    found = [row for agency in _mine(request) for row in watching.reading_in(agency)]
    people_by = {user.id: str(user) for user in User.objects.filter(id__in=[row.by for row in found])}
    rows = [{"reading": row, "name": people_by.get(row.by, str(row.by))} for row in found]
    return render(
        request, "exchange/desk/reading.html", {"rows": rows, "unusual": sum(row.is_unusual for row in found)}
    )


@needs("exchange.offer")
@require_safe
def onboarding(request: HttpRequest) -> HttpResponse:
    """Show an agency how far it is on the road: member, key, service, grant, first answer; each with its next step."""
    agency = access.main_agency(request.user)
    code = agency.code if agency else ""
    member = Member.objects.filter(identifier=queries.own_identifier(code)).first()
    mine = DataService.objects.filter(member=member).exclude(kind="usage") if member else DataService.objects.none()
    held = Grant.objects.filter(consumer=member).exclude(state="refused") if member else Grant.objects.none()
    steps = [
        (_("Your agency is a member"), member is not None, "", _("The city data office adds it with one command.")),
        (_("A system of yours has a token"), bool(people.tokens_of(code)), "", _("An administrator issues it once.")),
        (_("You offer a data service"), mine.exists(), "/desk/exchange/offer", _("Choose a dataset, look at its fields, offer it.")),
        (_("You asked for data"), held.exists(), "/desk/exchange/", _("Choose a service, say what for.")),
        (_("A request of yours was granted"), held.filter(state="granted").exists(), "/desk/exchange/", _("Its owner decides within two working days.")),
        (_("The first answer came"), _has_answer(member), "", _("Send the first request; the address stands at the service.")),
    ]  # fmt: skip
    current = next((number for number, step in enumerate(steps) if not step[1]), len(steps))
    context = {
        "agency": agency,
        "member": member,
        "steps": steps,
        "current": current,
        "done": sum(step[1] for step in steps),
    }
    return render(request, "exchange/desk/onboarding.html", context)


def _has_answer(member: Member | None) -> bool:
    from huong.exchange.models import Exchange

    return member is not None and Exchange.objects.filter(client=member.identifier, status__lt=400).exists()
