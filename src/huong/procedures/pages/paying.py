"""Where news of payments comes in from the provider, and the office's page of result and fee of a dossier."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from huong.base import clock
from huong.base.errors import HuongError, NotFound
from huong.base.text import whole
from huong.people import access
from huong.people import queries as people
from huong.people.access import needs, open_to_all
from huong.people.models import User
from huong.procedures import actions, provider
from huong.procedures.actions import paying
from huong.procedures.documents import Receipt, receipt_pdf
from huong.procedures.models import Dossier, Payment
from huong.procedures.pages.counting import count
from huong.procedures.pages.desk import looks
from huong.procedures.queries import mine, results
from huong.procedures.queries.catalogue import document_by_id, procedure_name, state_name
from huong.procedures.rules import fields, flow
from huong.procedures.rules.results import dateline

LARGEST = 20_000


@open_to_all
@csrf_exempt
@require_POST
def called_back(request: HttpRequest) -> HttpResponse:
    """Take in what the payment provider says: signed, once or often; a forged one changes nothing."""
    count(request, "callback", rate=600)
    if (whole(request.headers.get("Content-Length") or "0") or 0) > LARGEST:
        return JsonResponse({"error": "too_large"}, status=413)
    try:
        payment = paying.take_call_back(provider.called_back(request))
    except HuongError as refused:
        return JsonResponse({"error": refused.code, "message": str(refused.message)}, status=refused.status)
    return JsonResponse({"reference": payment.reference, "state": payment.state})


def _person(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _seen(request: HttpRequest, uid: str) -> Dossier:
    found = Dossier.objects.filter(uid=uid).exclude(state="draft").select_related("applicant").first()
    if found is None:
        raise NotFound(_("There is no such dossier."))
    access.require_power(request.user, "procedures.read", found.agency)
    return found


@needs("procedures.read")
@never_cache
@require_safe
def office(request: HttpRequest, uid: str) -> HttpResponse:
    """Show result and fee of a dossier to the office: propose, correct, hand over, ask for the fee, take it in."""
    return _office(request, _seen(request, uid))


def _office(request: HttpRequest, found: Dossier, *, error: HuongError | None = None) -> HttpResponse:
    """Show the page; after a refusal with what was typed, so that nothing is typed twice."""
    made = document_by_id(found.edition_id) if found.edition_id else None
    moves = flow.moves_of(made.flow) if made else {}
    rows = results.results_of(found)
    correctable = _correctable(found, request.POST)
    if correctable and not looks.is_open(request, found):
        looks.note(_person(request), found, found.applicant.public_id, [each["path"] for each in correctable])
    context = {
        "dossier": found,
        "procedure": procedure_name(found.procedure),
        "state": state_name(found.state, found.edition_id),
        "checks": made.checks if made else (),
        "may": {verb for verb, move in moves.items() if found.state in move.sources},
        "results": [(row, results.name_of(row)) for row in rows],
        "correctable": correctable,
        "payment": mine.open_payment(found),
        "paid": found.payments.filter(state="paid").order_by("-paid_at").first(),
        "typed": request.POST,
        "checked": request.POST.getlist("check"),
        "error": error,
    }
    return render(request, "procedures/result/office.html", context, status=error.status if error else 200)


def _correctable(found: Dossier, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the fields of a signed result that is to be proposed anew, as they were proposed last, signed, or typed now."""
    made = document_by_id(found.edition_id) if found.edition_id else None
    move = flow.moves_of(made.flow).get("propose") if made else None
    signed = found.results.filter(state="signed").order_by("-id").first()
    if move is None or found.state not in move.sources or signed is None:
        return []
    row = found.results.filter(state="proposed", replaces=signed).first() or signed
    made, kind, said = results.document_of_result(row), results.kind_of(row), results.values_of(row)
    known = {each.path: each for each in fields.fields_of(made.form)}
    return [
        {
            "path": path,
            "label": known[path].title,
            "kind": known[path].kind,
            "value": said.get(path) or "",
            "shown": given.get(f"field-{path}", said.get(path) or ""),
            "choices": known[path].choices,
        }
        for path in kind.fields
        if path in known
    ]


@needs("procedures.handle")
@require_POST
def do(request: HttpRequest, uid: str, verb: str) -> HttpResponse:
    """Carry one of the verbs of result and fee out."""
    found, user, given = _seen(request, uid), _person(request), request.POST
    officer = actions.officer(user)
    version = whole(given.get("version", ""))
    verbs: dict[str, Callable[[], object]] = {
        "propose": lambda: actions.propose(
            uid,
            checks=dict.fromkeys(given.getlist("check"), "yes"),
            corrected=_changed(found, given),
            by=user,
            version=version,
        ),
        "correct": lambda: actions.correct(uid, words=given.get("words", ""), by=user, version=version),
        "keep": lambda: actions.keep(uid, words=given.get("words", ""), by=user, version=version),
        "deliver": lambda: actions.deliver(uid, actor=officer, version=version),
        "require_fee": lambda: actions.require_fee(uid, actor=officer, version=version),
        "pay": lambda: actions.pay_at_counter(uid, by=user, version=version),
    }
    if verb not in verbs:
        raise NotFound(_("There is no such step."))
    try:
        verbs[verb]()
    except HuongError as refused:
        return _office(request, _seen(request, uid), error=refused)
    messages.success(request, _("Done."))
    return redirect("results:office", uid)


def _changed(found: Dossier, given: Any) -> dict[str, Any]:
    """Return the fields of a result that is being corrected which were typed anew."""
    return {
        each["path"]: given[f"field-{each['path']}"]
        for each in _correctable(found, given)
        if given.get(f"field-{each['path']}", str(each["value"])) != str(each["value"])
    }


@needs("procedures.read")
@never_cache
@require_safe
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Print the receipt of a fee that was paid."""
    payment = Payment.objects.filter(reference=reference, state="paid").select_related("dossier", "received_by").first()
    if payment is None or payment.paid_at is None:
        raise NotFound(_("No fee was paid under this reference."))
    dossier = _seen(request, payment.dossier.uid)
    agency = people.agency(dossier.agency)
    day = clock.local(payment.paid_at).date()
    made = receipt_pdf(
        Receipt(
            agency=agency.name,
            number=payment.reference,
            dateline=dateline(agency.unit.name if agency.unit else "", day),
            payer=str(dossier.applicant),
            code=dossier.code or dossier.uid[:8],
            procedure=procedure_name(dossier.procedure),
            lines=[
                (str(line["name"]), _dong(line["amount"]), str(line["count"]), _dong(line["total"]))
                for line in payment.lines
            ],
            total=_dong(payment.amount),
            receiver=str(payment.received_by or "Thanh toán trực tuyến"),
            made_at=clock.local(payment.paid_at),
        )
    )
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="bien-lai-{payment.reference}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _dong(amount: object) -> str:
    return f"{int(str(amount)):,} đ".replace(",", ".")
