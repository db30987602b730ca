"""`/verify/`: anybody who holds a result checks it: genuine, ended, replaced, revoked or unknown."""

from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from huong.base.errors import BadInput, HuongError, NotFound, TooLarge
from huong.base.ids import digest
from huong.people.access import open_to_all
from huong.procedures.pages.counting import count
from huong.procedures.queries import results as reads
from huong.procedures.queries.results import Standing
from huong.procedures.rules import results
from huong.procedures.signing import authority, credentials

A_MINUTE = 40
LARGEST = 20 * 1024 * 1024
TONES = {"genuine": "good", "ended": "weak", "superseded": "weak", "revoked": "bad"}


@dataclass(frozen=True)
class Compared:
    """What came of comparing a file or a credential with what was signed.

    Attributes:
        same: whether it is the signed one.
        said: for a credential: name and value of what it discloses, for whoever was shown it.
    """

    same: bool
    what: str
    said: tuple[tuple[str, str], ...] = ()


@open_to_all
@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Take a code, a file or a credential, and lead to what it checks."""
    error: HuongError | None = None
    if request.method == "POST":
        count(request, "verify", rate=A_MINUTE)
        try:
            return _led(request)
        except (BadInput, NotFound, TooLarge) as refused:
            error = refused
    typed = request.POST.get("code", "")[:40]
    return render(
        request,
        "procedures/result/verify_start.html",
        {"error": error, "typed": typed},
        status=200 if error is None else 422,
    )


def _led(request: HttpRequest) -> HttpResponse:
    if request.FILES.get("file") or request.POST.get("credential", "").strip():
        compared, found = _compared(request)
        return _shown(request, found.result.verify_code, found, compared)
    code = results.code_read(request.POST.get("code", ""))
    if not code:
        raise BadInput(
            _("A code has twelve letters and digits, such as ABCD-EFGH-JKMN. Please look at the paper again.")
        )
    return redirect("results:verify", code)


def _compared(request: HttpRequest) -> tuple[Compared, Standing]:
    """Return what a file or a credential is.

    Raises:
        NotFound: no result has this file.
        BadInput: a credential that is not genuine.
        TooLarge: a file larger than any result.
    """
    upload = request.FILES.get("file")
    if upload is None:
        shown = credentials.verified(request.POST.get("credential", ""))
        found = reads.standing(str(shown.claims.get("jti", "")))
        if found is None:
            raise NotFound(_("No result of this city has this credential."))
        said = reads.lines_of(reads.document_of_result(found.result), shown.disclosed)
        return Compared(same=True, what="credential", said=tuple(said)), found
    if not upload.size or upload.size > LARGEST:
        raise TooLarge(_("This file is larger than any result of the city. Please choose the signed PDF."))
    standing = reads.standing_of_digest(digest(upload.read()))
    if standing is None:
        raise NotFound(
            _(
                "This file is no result of this city as it was signed: every byte must be the same. Ask its holder for the original file."
            ),
            code="file_differs",
        )
    return Compared(same=True, what="file"), standing


@open_to_all
@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Say how the result with a code stands, and no more than its paper shows; compare a file or credential with it."""
    count(request, "verify", rate=A_MINUTE)
    read = results.code_read(code)
    found = reads.standing(read) if read else None
    if request.method != "POST" or found is None:
        return _shown(request, read, found)
    try:
        compared, other = _compared(request)
    except (BadInput, NotFound, TooLarge) as refused:
        return _shown(request, read, found, error=refused)
    same = other.result.pk == found.result.pk
    return _shown(request, read, found, Compared(same, compared.what, compared.said if same else ()))


def _shown(
    request: HttpRequest,
    code: str,
    found: Standing | None,
    compared: Compared | None = None,
    error: HuongError | None = None,
) -> HttpResponse:
    context = {
        "code": code,
        "found": found,
        "tone": TONES[found.state] if found else "bad",
        "why": _(results.REVOKED[found.result.revoked_why]) if found and found.result.revoked_why else "",
        "compared": compared,
        "error": error,
    }
    answer = render(request, "procedures/result/verify.html", context, status=200 if found else 404)
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@open_to_all
@require_safe
def status_list(request: HttpRequest, page: int) -> HttpResponse:
    """Serve the signed list of credentials that no longer hold (Token Status List)."""
    count(request, "status", rate=10 * A_MINUTE)
    first = page * results.STATUS_PAGE
    newest = reads.newest_id()
    if first > newest:
        raise NotFound(_("There is no such list."))
    last = min(first + results.STATUS_PAGE - 1, newest)
    places = [number - first for number in reads.no_longer_holding(first, last)]
    uri = f"{request.scheme}://{request.get_host()}{request.path}"
    answer = HttpResponse(
        credentials.status_list(reads.status_uri(page) or uri, last - first + 1, places),
        content_type="application/statuslist+jwt",
    )
    answer["Cache-Control"] = f"public, max-age={int(timedelta(minutes=5).total_seconds())}"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@open_to_all
@require_safe
def issuer(_request: HttpRequest) -> HttpResponse:
    """Serve the keys with which credentials are signed (SD-JWT VC issuer metadata)."""
    keys = [credentials.key().as_dict(private=False)]
    answer = JsonResponse({"issuer": reads.issuer(), "jwks": {"keys": keys}})
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


@open_to_all
@require_safe
def authority_pem(_request: HttpRequest) -> HttpResponse:
    """Serve the certificate of the city's authority for documents, to check PDFs with."""
    return HttpResponse(authority.authority_pem(), content_type="application/x-pem-file")


@open_to_all
@require_safe
def kind(request: HttpRequest, name: str) -> HttpResponse:
    """Say what a type of credential is (SD-JWT VC type metadata)."""
    return JsonResponse({"vct": f"{reads.issuer()}/verify/types/{name[:60]}", "name": name[:60]})
