"""Sharing a verified fact: the person's own pages under `/my/shares/`, and the link that a third party opens."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huong.base import clock
from huong.base.errors import HuongError, NotFound
from huong.base.text import whole
from huong.exchange import queries, sentences
from huong.exchange.models import FactShare
from huong.exchange.sharing import facts, shares
from huong.people import acting, assurance
from huong.people.access import open_to_all
from huong.people.auth import person
from huong.people.models import Party
from huong.ui.qr import qr_code

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
DAYS = (1, 7, 30, 90, 365)


def _party(request: HttpRequest) -> Party:
    return acting.require(request, "share")


@assurance.needs_high
@never_cache
@require_safe
def shared(request: HttpRequest) -> HttpResponse:
    """Show what a person or firm shares: with whom, what for, until when, how often it was opened."""
    party = _party(request)
    rows = [_row(each, party) for each in queries.shares_of(party.public_id)]
    return render(request, "exchange/my/shares.html", {"party": party, "rows": rows})


def _row(share: FactShare, party: Party) -> dict[str, Any]:
    return {"share": share, "title": _title(share, party), "is_open": share.is_open_at(clock.now())}


def _title(share: FactShare, party: Party) -> str:
    try:
        return facts.fact(share.fact, party.kind).title
    except NotFound:
        return share.fact


@assurance.needs_high
@never_cache
@get_or_post
def new(request: HttpRequest) -> HttpResponse:
    """Let a person choose a fact, look at what the recipient will see, and share it."""
    party = _party(request)
    given = request.POST
    context: dict[str, Any] = {"party": party, "facts": facts.facts_of(party.kind), "days": DAYS, "given": given}
    if request.method != "POST":
        return render(request, "exchange/my/share_new.html", context)
    error: HuongError | None = None
    try:
        fact = facts.fact(given.get("fact", ""), party.kind)
        looked = shares.look(party, fact)
        context |= {"fact": fact, "looked": looked, "said": fact.said(looked.claims)}
        context["source"] = sentences.source_said(looked.source)
        if given.get("share"):
            return _share(request, party, fact, looked)
    except HuongError as refused:
        error = refused
    context["error"] = error
    return render(request, "exchange/my/share_new.html", context, status=error.status if error else 200)


def _share(request: HttpRequest, party: Party, fact: facts.Fact, looked: facts.Looked) -> HttpResponse:
    given = request.POST
    made, _code = shares.share(
        party,
        fact,
        looked,
        purpose=given.get("purpose", ""),
        recipient=given.get("recipient", ""),
        days=whole(given.get("days", "")) or 0,
        by=person(request),
    )
    messages.success(request, _("The link is ready. Give it only to the recipient you named."))
    return redirect("exchange:share", made.number)


@assurance.needs_high
@never_cache
@require_safe
def share(request: HttpRequest, number: str) -> HttpResponse:
    """Show one shared fact to whoever shares it: link, QR code, each opening, and how to take it back."""
    party = _party(request)
    found = queries.share_of(number, party.public_id)
    is_open = found.is_open_at(clock.now())
    link = _address(request, reverse("exchange:shared", args=[shares.code_of(found)])) if is_open else ""
    context = {
        **_row(found, party),
        "link": link,
        "picture": qr_code(link) if link else "",
        "source": sentences.source_said(found.source),
        "openings": list(queries.openings_of(number)[:50]),
    }
    return render(request, "exchange/my/share.html", context)


def _address(request: HttpRequest, path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


@assurance.needs_high
@require_POST
def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """Take a shared fact back."""
    shares.take_back(number, party=_party(request), by=person(request))
    messages.success(request, _("You have taken it back. The link gives nothing any more."))
    return redirect("exchange:share", number)


@open_to_all
@never_cache
@require_safe
def opened(request: HttpRequest, code: str) -> HttpResponse:
    """Give whoever has the link the one fact it stands for: a page, JSON or a signed token, as they ask for it."""
    form = _form(request)
    found = shares.open_(code, form=form, address=request.META.get("REMOTE_ADDR", ""))
    path, keys = request.path, reverse("exchange:keys", args=[shares.city_member().identifier])
    token = shares.signed(found, address=_address(request, path), keys_at=_address(request, keys))
    if form == "jwt":
        answer = HttpResponse(token, content_type="application/jwt")
    elif form == "json":
        answer = JsonResponse({**shares.described(found), "token": token})
    else:
        answer = render(request, "exchange/shared.html", _seen(found, token))
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _form(request: HttpRequest) -> str:
    wanted, accepted = request.GET.get("as", ""), request.headers.get("Accept", "")
    if wanted == "jwt" or "application/jwt" in accepted:
        return "jwt"
    return "json" if wanted == "json" or ("json" in accepted and "html" not in accepted) else "page"


def _seen(found: shares.Opened, token: str) -> dict[str, Any]:
    return {
        "opened": found,
        "share": found.share,
        "said": found.fact.said(found.claims) if found.claims else "",
        "title": found.fact.title,
        "source": sentences.source_said(found.share.source),
        "token": token,
        "signer": _signer(),
    }


def _signer() -> str:
    member = shares.city_member()
    return sentences.agency_names([member.identifier])[member.identifier]
