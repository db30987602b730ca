"""Results, read: what waits for a signature, what a result says, how a code stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huong.base import city, clock
from huong.base.errors import Forbidden, NotFound
from huong.files import queries as files
from huong.people import access
from huong.people import queries as people
from huong.people import rules as roles
from huong.people.models import Agency, User
from huong.places import queries as places
from huong.procedures.documents import ResultDocument
from huong.procedures.models import Dossier, Evidence, Result
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.values import opened, scope_of
from huong.procedures.rules import fields, results
from huong.procedures.rules.nouns import Document, ResultKind
from huong.procedures.rules.results import Signer

CONTEXT = "result"
MOST = 200


@dataclass(frozen=True)
class Standing:
    """How a result stands, as anybody who holds the paper may learn.

    Attributes:
        newer: the code of what replaced it; empty if nothing did.
    """

    result: Result
    name: str
    agency: str
    state: results.State
    newer: str = ""


def url_of(code: str) -> str:
    """Return the page at which anybody checks a result."""
    return f"{settings.PUBLIC_URL}/verify/{code}"


def issuer() -> str:
    """Return the name under which the city issues credentials: its address."""
    return settings.PUBLIC_URL or "urn:huong"


def status_uri(page: int) -> str:
    """Return the address of one page of the status list."""
    return f"{settings.PUBLIC_URL}/verify/status/{page}"


def document_of_result(result: Result) -> Document:
    """Return the version of the procedure that a result comes from.

    Raises:
        NotFound: the procedure is not modelled.
    """
    if not result.dossier.edition_id:
        raise NotFound(_("This procedure has no result that is made here."))
    return document_by_id(result.dossier.edition_id)


def kind_of(result: Result) -> ResultKind:
    """Return what kind of result it is, as its version says."""
    return next(each for each in document_of_result(result).results if each.key == result.kind)


def name_of(result: Result) -> str:
    """Return the name of a result in the reader's language."""
    kind = kind_of(result)
    return kind.name_en if (get_language() or "vi").startswith("en") else kind.name


def values_of(result: Result) -> dict[str, Any]:
    """Return what a result says, path to value.

    Raises:
        KeyDestroyed: it was erased.
    """
    return dict(opened(scope_of(result.dossier), result.sealed, CONTEXT) or {})


def lines_of(made: Document, values: Mapping[str, Any], *, english: bool = False) -> list[tuple[str, str]]:
    """Return what a result says as label and value, in the order of the form; what is empty is left out."""
    names = {unit.code: unit.name for unit in places.units()}
    found = []
    for each in fields.fields_of(made.form):
        shown = results.on_paper(each, values.get(each.path), names) if each.path in values else ""
        if shown:
            found.append((each.title_en if english else each.title, shown))
    return found


@dataclass(frozen=True)
class Change:
    """One thing in which a correction differs from the paper that it replaces; empty for what was not said."""

    label: str
    was: str
    now: str


def changes_of(result: Result, *, english: bool = False) -> list[Change]:
    """Return in what a result differs from the one it replaces; nothing if it replaces none."""
    if result.replaces is None:
        return []
    was, now = values_of(result.replaces), values_of(result)
    names = {unit.code: unit.name for unit in places.units()}
    return [
        Change(
            each.title_en if english else each.title,
            results.on_paper(each, was.get(each.path), names),
            results.on_paper(each, now.get(each.path), names),
        )
        for each in fields.fields_of(document_of_result(result).form)
        if was.get(each.path) != now.get(each.path)
    ]


def signer_of(user: User, agency: Agency) -> Signer:
    """Return as whom somebody signs for an agency: in their own post, or for the colleague they stand in for.

    Raises:
        Forbidden: none of their posts there signs.
    """
    posts = [
        post
        for post in people.posts_of(user)
        if "procedures.sign" in roles.powers_of(post.role) and agency.code in {post.agency.code, _heir_of(post, agency)}
    ]
    own = next((post for post in posts if post.user_id == user.pk), None)
    post = own or next(iter(posts), None)
    if post is None:
        raise Forbidden(_("Your post does not sign results of this agency."), power="procedures.sign")
    return Signer(str(user), results.title_of(agency.kind), "" if own else str(post.user))


def _heir_of(post: Any, agency: Agency) -> str:
    return agency.code if agency.heir_id == post.agency_id else ""


def paper_of(
    result: Result, values: Mapping[str, Any], *, signer: Signer | None = None, at: datetime | None = None
) -> ResultDocument:
    """Return a result as it stands on paper: a draft, or with number, day and signer.

    Args:
        signer: whoever signs; None for a draft.
        at: when it is signed.
    """
    made, kind, agency = document_of_result(result), kind_of(result), people.agency(result.agency)
    moment = clock.local(at or clock.now())
    above = str(city.facts().get("agency_code", ""))
    place = agency.unit.name if agency.unit else ""
    until = clock.local(result.valid_until).date() if result.valid_until else None
    return ResultDocument(
        parent=people.agency(above).name if above not in ("", agency.code) else "",
        agency=agency.name,
        number=result.number if signer else "",
        dateline=results.dateline(place, moment.date()) if signer else f"{place}, ngày … tháng … năm {moment.year}",
        title=kind.name,
        subtitle=kind.name_en,
        lines=lines_of(made, values),
        basis=made.legal_basis,
        until=results.day_on_paper(until) if until else "",
        replaces=result.replaces.number if result.replaces else "",
        signer_titles=signer.lines if signer else (results.title_of(agency.kind),),
        signer=signer.name if signer else "",
        signed_at=f"{moment:%H:%M} {results.day_on_paper(moment.date())}" if signer else "",
        url=url_of(result.verify_code),
        foot=f"Hồ sơ {result.dossier.code}",
        made_at=moment,
    )


def to_sign(user: User) -> QuerySet[Result]:
    """Return the results that wait for somebody's signature, the most pressing first, as one predicate."""
    waiting = Result.objects.filter(state="proposed", dossier__state="signing")
    visible = access.visible_to(waiting, user, field="agency")
    mine = [holding.agency_code for holding in access.holdings(user) if "procedures.sign" in holding.powers]
    own = visible.filter(agency__in=[code for code in access.agencies_of(user) if code in mine] or mine)
    return own.select_related("dossier", "dossier__applicant", "proposed_by").order_by(
        "dossier__queue_at", "proposed_at", "id"
    )


def result_for(code: str, user: User) -> Result:
    """Return a result for somebody of the agency that has it.

    Raises:
        NotFound: there is none.
        Forbidden: another agency's.
    """
    found = Result.objects.filter(verify_code=code).select_related("dossier", "dossier__applicant", "replaces").first()
    if found is None:
        raise NotFound(_("There is no such result."))
    access.require_power(user, "procedures.read", found.agency)
    return found


def file_of(result: Result) -> bytes:
    """Return the signed file of a result, or its draft.

    Raises:
        NotFound, KeyDestroyed, Unavailable: it is not there any more.
    """
    with files.open_blob(result.pdf or result.draft or 0) as source:
        return source.read()


def standing(code: str) -> Standing | None:
    """Return how a signed result stands; None for a code that checks nothing."""
    found = Result.objects.filter(verify_code=code).exclude(state="proposed").select_related("dossier").first()
    return _standing(found) if found else None


def standing_of_digest(digest: str) -> Standing | None:
    """Return how the result with this signed file stands; None if no signed file has this digest."""
    found = Result.objects.filter(pdf_digest=digest).exclude(state="proposed").select_related("dossier").first()
    return _standing(found) if found else None


def _standing(found: Result) -> Standing:
    newer = Result.objects.filter(replaces=found, state="signed").values_list("verify_code", flat=True).first()
    agency = people.agency(found.agency)
    english = (get_language() or "vi").startswith("en")
    return Standing(
        found,
        name_of(found),
        agency.name_en if english else agency.name,
        results.state_of(
            revoked=found.state == "revoked",
            replaced=newer is not None,
            valid_until=found.valid_until,
            now=clock.now(),
        ),
        newer or "",
    )


def no_longer_holding(first: int, last: int) -> Iterable[int]:
    """Return the ids of results in a range that were revoked or replaced, for the status list."""
    between = Result.objects.filter(pk__gte=first, pk__lte=last)
    revoked = set(between.filter(state="revoked").values_list("pk", flat=True))
    replaced = set(
        Result.objects.filter(replaces__pk__gte=first, replaces__pk__lte=last, state="signed").values_list(
            "replaces_id", flat=True
        )
    )
    return revoked | replaced


def results_of(dossier: Dossier) -> list[Result]:
    """Return the results of a dossier that were signed, newest first."""
    return list(dossier.results.exclude(state="proposed").order_by("-signed_at", "-id"))


def newest_id() -> int:
    """Return the id of the newest result; 0 if there is none."""
    return Result.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def result_of_paper(paper: Evidence) -> Result | None:
    """Return the result that put a paper into a vault; None for a paper that came from elsewhere."""
    return Result.objects.filter(evidence=paper).select_related("dossier").first()
