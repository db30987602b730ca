"""`/my/dossiers/` and `/my/papers/`: what a citizen, or the firm or child she acts for, has with the city."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huong.base.errors import HuongError, NotFound
from huong.files import queries as files
from huong.people import acting
from huong.people import queries as people
from huong.people.access import open_to_all
from huong.people.assurance import needs_high
from huong.people.models import Party, User
from huong.procedures import actions, provider
from huong.procedures.actions import issuing, paying, rating
from huong.procedures.models import Dossier, Evidence, Rating
from huong.procedures.pages.counting import count
from huong.procedures.pages.desk.receipts import file_of
from huong.procedures.queries import mine as reads
from huong.procedures.queries import official, results, vault
from huong.procedures.queries.values import opened, scope_of
from huong.ui import printing

WITHDRAWABLE = frozenset({"submitted", "accepted", "in_progress", "supplement_wanted", "on_hold", "fee_due"})
RATEABLE = frozenset({"decided", "delivered", "refused"})


def _english() -> bool:
    return (get_language() or "vi").startswith("en")


def _person(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _own(request: HttpRequest, uid: str, what: str = "read") -> Dossier:
    return reads.own_dossier(uid, acting.require(request, what))


def _private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "private, no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@needs_high
@never_cache
@require_safe
def dossiers(request: HttpRequest) -> HttpResponse:
    """List a party's dossiers: those that wait for it first."""
    party = acting.require(request, "read")
    return _private(render(request, "procedures/result/my_dossiers.html", {"cards": reads.cards_of(party, limit=200)}))


@needs_high
@never_cache
@require_safe
def dossier(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one dossier: its state, promised day and story, what it waits for, and what can be done."""
    found = _own(request, uid)
    context = {
        "dossier": found,
        "card": reads.card_of(found),
        "agency": people.agency(found.agency),
        "story": reads.story_of(found),
        "official": official.forms_of(found.actions.all(), found.parts.filter(kind="form"), for_applicant=True),
        "payment": reads.open_payment(found) if found.state == "fee_due" else None,
        "online": bool(provider.address()),
        "results": [(row, results.name_of(row)) for row in results.results_of(found)],
        "may_rate": found.state in RATEABLE and not found.rating,
        "levels": Rating._meta.get_field("level").choices,
        "may_withdraw": found.state in WITHDRAWABLE,
        "wanted": list(found.parts.filter(state="wanted").values_list("key", flat=True)),
    }
    return _private(render(request, "procedures/result/my_dossier.html", context))


@needs_high
@never_cache
@require_safe
def form(request: HttpRequest, uid: str, key: str) -> HttpResponseBase:
    """Send an official form that is meant for whoever applies: receipt, request, refusal, apology."""
    return file_of(issuing.form_of(_own(request, uid), key))


@needs_high
@require_POST
def withdraw(request: HttpRequest, uid: str) -> HttpResponse:
    """Withdraw a dossier."""
    found = _own(request, uid, "apply")
    if request.POST.get("sure") != "1":
        messages.error(request, _("Please tick that you are sure."))
        return redirect("results:my_dossier", uid)
    try:
        actions.withdraw(found.uid, actor=actions.citizen(_person(request)), words=request.POST.get("words", ""))
    except HuongError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("It is withdrawn. You can begin anew whenever you like."))
    return redirect("results:my_dossier", uid)


@needs_high
@require_POST
def rate(request: HttpRequest, uid: str) -> HttpResponse:
    """Take an applicant's rating in."""
    found = _own(request, uid, "apply")
    level, words = request.POST.get("level", ""), request.POST.get("words", "")
    try:
        rating.rate(found.uid, level=level, words=words, actor=actions.citizen(_person(request)))
    except HuongError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Thank you. The office reads it."))
    return redirect("results:my_dossier", uid)


@needs_high
@require_POST
def pay(request: HttpRequest, uid: str) -> HttpResponse:
    """Make the provider's page for the open fee; a link then leads there, since forms may lead nowhere outside."""
    found = _own(request, uid, "pay")
    back = request.build_absolute_uri(f"/my/dossiers/{found.uid}?paid=1")
    try:
        paying.page_for_paying(found.uid, back=back)
    except HuongError as refused:
        messages.error(request, refused.message)
    return redirect("results:my_dossier", uid)


@needs_high
@never_cache
@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """List what is in a party's vault, and what it shows others now."""
    party = acting.require(request, "read")
    shares = vault.shares_of(party)
    opened_at = vault.openings_of(shares)
    names = {each.code: each.name for each in people.agencies()}
    rows = [(paper, names.get(paper.issuer, paper.issuer)) for paper in vault.papers_of(party)]
    context = {"rows": rows, "shares": [(each, opened_at[each.pk]) for each in shares]}
    return _private(render(request, "procedures/result/papers.html", context))


@needs_high
@never_cache
@require_safe
def paper(request: HttpRequest, uid: str) -> HttpResponse:
    """Show one paper of a party: what it says, its file, its code, sharing it. Opened the first time, it is delivered."""
    found = vault.own_paper(uid, acting.require(request, "read"))
    _take_over(request, found)
    return _private(render(request, "procedures/result/paper.html", _about(found)))


def _about(found: Evidence) -> dict[str, Any]:
    row = results.result_of_paper(found)
    agency = next((each for each in people.agencies() if each.code == found.issuer), None)
    return {
        "paper": found,
        "name": (found.name_en if _english() else "") or found.name,
        "issuer": (agency.name_en if _english() else agency.name) if agency else found.issuer,
        "lines": vault.lines_said_by(found, english=_english()),
        "result": row,
        "holds": not (found.revoked_at or found.superseded_by_id),
    }


def _take_over(request: HttpRequest, found: Evidence) -> None:
    """Count a result as handed over when its applicant opens it."""
    dossier = found.dossier
    if dossier is not None and dossier.state == "decided" and dossier.applicant_id == found.party_id:
        try:
            actions.deliver(dossier.uid, actor=actions.citizen(_person(request)))
        except HuongError:
            return


def _file(found: Evidence) -> HttpResponse:
    if not found.blob:
        raise NotFound(_("This paper has no file."))
    with files.open_blob(found.blob) as source:
        answer = HttpResponse(source.read(), content_type=files.blob(found.blob).kind or "application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{found.type}-{found.uid[:8]}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    return _private(answer)


@needs_high
@never_cache
@require_safe
def paper_file(request: HttpRequest, uid: str) -> HttpResponse:
    """Serve the signed file of one's own paper."""
    return _file(vault.own_paper(uid, acting.require(request, "read")))


@needs_high
@never_cache
@require_safe
def credential(request: HttpRequest, uid: str) -> HttpResponse:
    """Serve one's own paper as a credential for a wallet (SD-JWT VC)."""
    found = vault.own_paper(uid, acting.require(request, "read"))
    row = results.result_of_paper(found)
    text = opened(scope_of(row.dossier), row.sealed_credential, "credential") if row else None
    if not text:
        raise NotFound(_("This paper has no digital credential."))
    answer = HttpResponse(str(text), content_type="application/dc+sd-jwt")
    answer["Content-Disposition"] = f'attachment; filename="{found.type}-{found.uid[:8]}.sd-jwt"'
    return _private(answer)


@needs_high
@never_cache
@require_POST
def share(request: HttpRequest, uid: str) -> HttpResponse:
    """Let others see a paper for an hour, and show the QR: once, since only its hash is kept."""
    party = acting.require(request, "read")
    try:
        made, code = actions.share(uid, party=party, by=_person(request))
    except HuongError as refused:
        messages.error(request, refused.message)
        return redirect("results:paper", uid)
    url = request.build_absolute_uri(f"/share/{code}")
    context = {
        **_about(made.evidence),
        "share": made,
        "url": url,
        "qr": mark_safe(printing.picture_of_code(url)),  # noqa: S308 - drawn here from our own address
    }
    return _private(render(request, "procedures/result/share_made.html", context))


@needs_high
@require_POST
def end_share(request: HttpRequest, number: int) -> HttpResponse:
    """Take a share back."""
    try:
        actions.end_share(number, party=acting.require(request, "read"), by=_person(request))
    except HuongError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Taken back. The code shows nothing any more."))
    return redirect("results:papers")


@open_to_all
@never_cache
@require_safe
def shared(request: HttpRequest, code: str) -> HttpResponse:
    """Show a shared paper to whoever has its code, as long as its hour lasts."""
    count(request, "share", rate=20)
    found = actions.open_share(code)
    answer = render(request, "procedures/result/shared.html", {**_about(found), "code": code})
    answer["Referrer-Policy"] = "no-referrer"
    return _private(answer)


def sections_of(party: Party | None) -> dict[str, Any]:
    """Return what the page of all one's matters shows of procedures."""
    if party is None:
        return {"dossiers": [], "papers": 0}
    return {"dossiers": reads.cards_of(party, limit=6), "papers": len(vault.papers_of(party))}
