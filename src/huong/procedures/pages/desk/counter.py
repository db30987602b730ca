"""The counter: an officer files for somebody, accepts in one go, and hands over the receipt; blank forms for later."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from huong.base import clock, ids, paging
from huong.base.errors import BadInput, HuongError, NotFound
from huong.base.text import whole
from huong.people import access
from huong.people import queries as people
from huong.people.access import needs
from huong.people.models import Party, User
from huong.people.names import names
from huong.procedures import queries
from huong.procedures.actions import blanks, corrections, counter, issuing, scanning
from huong.procedures.actions.acting import officer
from huong.procedures.actions.counter import Applicant, Brought, Intake
from huong.procedures.actions.drafting import AT_COUNTER
from huong.procedures.errors import FormFaults
from huong.procedures.models import BlankForm
from huong.procedures.models.dossier import CHANNELS
from huong.procedures.pages.desk import looking, receipts, rows
from huong.procedures.pages.desk.disruptions import moment_typed
from huong.procedures.queries import finding
from huong.procedures.queries.screen import english
from huong.procedures.rules.nouns import Document
from huong.procedures.rules.official import key_of

POWER = "procedures.receive"
LINES = 6


@needs(POWER)
def new(request: HttpRequest) -> HttpResponse:
    """Choose a procedure; then find the person, type, scan, and file everything in one go."""
    code = (request.POST.get("code") or request.GET.get("code") or "").strip()[:40]
    if not code:
        return _choose(request)
    if request.method != "POST":
        return _form(request, code, {})
    try:
        step = {"find": _found, "fetch": _looked_up, "wrong": _disputed}.get(_asked(request.POST), _filed)
        return step(request, code)
    except HuongError as error:
        return _form(request, code, {}, error=error)


def _asked(data: QueryDict) -> str:
    """Return which button was pressed: each value of a source has one of its own."""
    return "wrong" if data.get("wrong") else data.get("do", "")


def _choose(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:100]
    found = [] if not text else finding.find(text)[1]
    context = {"q": text, "found": found, "modelled": queries.choices()}
    return render(request, "procedures/desk/choose_procedure.html", context)


def _found(request: HttpRequest, code: str) -> HttpResponse:
    """Find the person, begin their draft, and show what could be looked up; nothing is fetched yet."""
    person, data = cast("User", request.user), request.POST
    known = _known(data)
    token = _uid(data)
    if token and (left := counter.draft_of(token, by=person)) is not None:
        counter.let_go(left.uid, actor=officer(person))
    uid = ids.new_id() if token and counter.is_used(token) else token or ids.new_id()
    version = queries.in_force(code)
    if version is not None and (data.get("national_id", "").strip() or data.get("name", "").strip()):
        intake = _intake(request, code, uid)
        if not intake.applicant.name.strip():
            intake = replace(intake, applicant=replace(intake.applicant, name=known["particulars"].get("name", "")))
        if intake.applicant.name.strip() and (intake.unit or not queries.needs_unit(version.pk)):
            counter.begin_at_counter(intake, by=person)
    return _form(request, code, known, uid=uid)


def _looked_up(request: HttpRequest, code: str) -> HttpResponse:
    """Fetch what the person at the counter agreed to, and show it beside what is still to be typed.

    Raises:
        BadInput: nobody said that the person knows of it.
    """
    person, data = cast("User", request.user), request.POST
    if data.get("told") != "yes":
        raise BadInput(
            _(
                "Please tell the person first what is looked up and why, then tick that they know. Nothing was looked up."
            ),
            code="not_told",
            field="told",
        )
    counter.look_up(_intake(request, code, _uid(data)), data.getlist("use"), by=person)
    return _form(request, code, {}, notice=_("What is known is filled in. Please type only what is still empty."))


def _disputed(request: HttpRequest, code: str) -> HttpResponse:
    """Take down what the person says is right where a source is wrong, and show the form with it."""
    data = request.POST
    key, file = data["wrong"], request.FILES.get(f"proof-{data['wrong']}")
    proof = file.read(corrections.MOST_PROOF_BYTES) if file else b""
    counter.dispute(
        _intake(request, code, _uid(data)),
        key,
        data.get(f"right-{key}", ""),
        proof=proof,
        proof_name=(file.name if file else "") or "",
        by=cast("User", request.user),
    )
    return _form(
        request, code, {}, notice=_("The person’s word counts in this dossier; whoever owns the data looks into it.")
    )


def _uid(data: QueryDict) -> str:
    return str(paging.values_of(data.get("token", ""))[0]) if data.get("token") else ""


def _intake(request: HttpRequest, code: str, uid: str, papers: Sequence[Brought] = ()) -> Intake:
    data = request.POST
    return Intake(
        code,
        _applicant(data),
        key=uid,
        unit=data.get("unit", ""),
        channel=data.get("channel", "counter"),
        typed={name: value for name, value in data.items() if "." in name and not name.startswith("right-")},
        papers=papers,
        uid=uid,
        blank=data.get("blank", "").strip(),
    )


def _known(data: QueryDict) -> dict[str, Any]:
    """Return what the form can fill in by itself once the person is found; their number is checked first.

    Raises:
        BadInput: the number cannot be right.
    """
    number = "".join(data.get("national_id", "").split())
    counter.require_number(data.get("kind", "person"), number, _day(data.get("birth_date", "")))
    party = people.party_of(number) if number else None
    if party is None:
        names = ("name", "national_id", "birth_date", "phone", "mail")
        return {"new": bool(number), "particulars": {name: data.get(name, "").strip() for name in names}}
    return {"party": party, "particulars": people.own_particulars(party)}


def _form(
    request: HttpRequest,
    code: str,
    known: Mapping[str, Any],
    *,
    error: HuongError | None = None,
    uid: str = "",
    notice: str = "",
) -> HttpResponse:
    procedure, version = queries.procedure(code), queries.in_force(code)
    made = queries.document_by_id(version.pk) if version else None
    person = cast("User", request.user)
    party = cast("Party | None", known.get("party"))
    if party is not None:  # what is known of somebody is shown, and the look is recorded
        access.record_access(person, f"party:{party.public_id}", sorted(known["particulars"]), code)
    held = names()
    own = access.main_agency(person)
    faults = error.details.get("faults", {}) if isinstance(error, FormFaults) else {}
    lacking = error.details.get("papers", []) if isinstance(error, FormFaults) else []
    typed = request.POST
    uid = uid or _uid(typed) or ids.new_id()
    draft = looking.draft_shown(uid, person) if made else None
    context = {
        "procedure": procedure,
        "name": queries.procedure_name(code),
        "modelled": made is not None,
        "draft": draft,
        "steps": looking.steps(made, typed, known, faults, draft) if made else [],
        "papers": _papers(made, typed, lacking, draft) if made else [],
        "lines": [typed.get(f"line-{number}", "") for number in range(LINES)] if made is None else [],
        "token": paging.cursor_of([uid]),
        "typed": typed,
        "person": {
            name: typed.get(name) or known.get("particulars", {}).get(name, "")
            for name in ("kind", "national_id", "name", "birth_date", "phone", "mail")
        },
        "found": party,
        "is_new": known.get("new", False),
        "unit": typed.get("unit") or (own.unit.code if own is not None and own.tier == "ward" and own.unit else ""),
        "units": held.units_to_choose(),
        "channels": [(key, str(name)) for key, name in CHANNELS if key in AT_COUNTER],
        "channel": typed.get("channel", "counter"),
        "error": error,
        "notice": notice,
    }
    return render(request, "procedures/desk/counter.html", context, status=error.status if error else 200)


def _papers(made: Document, typed: QueryDict, lacking: list[str], draft: looking.Draft | None) -> list[dict[str, Any]]:
    spared = draft.papers if draft else {}
    return [
        {
            "key": need.key,
            "name": need.name_en if english() and need.name_en else need.name,
            "hint": need.hint_en if english() else need.hint,
            "maybe": bool(need.when),
            "shown": need.key in typed.getlist("shown"),
            "kept": typed.get(f"kept-{need.key}", ""),
            "missing": need.key in lacking,
            "spared": spared.get(need.key, ""),
        }
        for need in made.requirements
    ]


def _filed(request: HttpRequest, code: str) -> HttpResponse:
    person, data, uid = cast("User", request.user), request.POST, _uid(request.POST)
    done = counter.filed(uid)
    if done is None:
        intake = _intake(request, code, uid, _brought(request, uid, person))
        at = moment_typed(data.get("at", ""), "at")
        if counter.looks_further(intake, by=person):
            return _form(
                request, code, {}, notice=_("Something more was found. Please show it to the person, then take it in.")
            )
        done = counter.file_at_counter(intake, by=person, at=at)
    messages.success(request, _("Taken in and accepted: %(code)s.") % {"code": done.code})
    return redirect(f"{rows.url_of(done.uid)}receipt")


def _applicant(data: QueryDict) -> Applicant:
    return Applicant(
        data.get("kind", "person"),
        data.get("name", ""),
        data.get("national_id", ""),
        _day(data.get("birth_date", "")),
        data.get("phone", ""),
        data.get("mail", ""),
    )


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(_("Please write the birth date as day, month, year."), field="birth_date") from error


def _brought(request: HttpRequest, uid: str, person: User) -> list[Brought]:
    """Return the papers that were scanned or shown. A scan once kept is not asked for again when the form comes back.

    Raises:
        BadInput, TooLarge: a scan that cannot be taken; what was typed and scanned before stays.
    """
    data = request.POST = request.POST.copy()  # type: ignore[assignment]
    found = [
        Brought(f"other-{number + 1}", title=str(data[f"line-{number}"]).strip())
        for number in range(LINES)
        if data.get(f"line-{number}", "").strip()
    ]
    files = {name: cast("Any", file) for name, file in request.FILES.items()}
    scans = {name.removeprefix("file-"): file for name, file in files.items() if name.startswith("file-")}
    for key, file in scans.items():
        blob = scanning.keep(file, name=file.name or "scan", uid=uid, by=person)
        data[f"kept-{key}"] = paging.cursor_of([blob, key])
    found += [_scanned(str(data[name]), uid) for name in list(data) if name.startswith("kept-") and data[name]]
    scanned = {each.key for each in found}
    return found + [Brought(key) for key in data.getlist("shown") if key not in scanned]


def _scanned(kept: str, uid: str) -> Brought:
    """Return a scan that was kept a moment ago: for this form only, whatever the browser sends.

    Raises:
        BadInput: it was kept for something else.
    """
    held = scanning.kept_for(uid)
    match paging.values_of(kept):
        case [int(blob), str(key)] if blob in held:
            return Brought(key, blob)
    raise BadInput(_("A scan is not kept any more. Please scan it again; what you typed stays."), code="scan_lost")


@needs("procedures.read")
def receipt(request: HttpRequest, uid: str) -> HttpResponseBase:
    """Show the receipt with code, day and QR, ready to print; as PDF (form 01) with `?pdf`."""
    dossier = queries.require_whole(cast("User", request.user), uid)
    if not dossier.code:
        raise NotFound(_("The receipt can be printed once the dossier is accepted."))
    address = request.build_absolute_uri("/procedures/lookup")
    if "pdf" in request.GET:
        number = dossier.actions.filter(verb="accept").values_list("number", flat=True).first()
        return receipts.file_of(issuing.form_of(dossier, key_of("01", number or 0), by=cast("User", request.user)))
    context = {"dossier": dossier, **receipts.on_paper(dossier, address=address)}
    return render(request, "procedures/desk/receipt.html", context)


@needs(POWER)
def blank_forms(request: HttpRequest) -> HttpResponse:
    """Print blank forms with numbers given ahead, void one, see which are still to be typed in."""
    person = cast("User", request.user)
    main = access.main_agency(person)
    code, error, made = main.code if main else "", None, []
    if request.method == "POST":
        try:
            if request.POST.get("do") == "void":
                held = blanks.void(request.POST.get("number", ""), by=person)
                messages.success(request, _("%(number)s is void.") % {"number": held.number})
                return redirect("/desk/dossiers/blanks")
            made = blanks.issue(
                request.POST.get("procedure", ""),
                agency=code,
                count=whole(request.POST.get("count", "")) or 0,
                by=person,
            )
        except HuongError as refused:
            error = refused
    if made:
        context = {"forms": made, "name": queries.procedure_name(made[0].procedure), "agency": names().agency(code),
                   "lines": range(8), "year": clock.today().year}  # fmt: skip
        return render(request, "procedures/desk/blanks_print.html", context)
    waiting = BlankForm.objects.filter(agency=code, dossier=None, void_at=None).order_by("-issued_at", "-id")[:100]
    context = {
        "waiting": [
            (each.number, queries.procedure_name(each.procedure), each.procedure, each.issued_at) for each in waiting
        ],
        "procedures": queries.choices(modelled_only=False),
        "error": error,
        "typed": request.POST,
    }
    return render(request, "procedures/desk/blanks.html", context, status=error.status if error else 200)
