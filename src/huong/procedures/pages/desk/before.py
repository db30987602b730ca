"""A paper as it stood before it was supplied on request: the officer compares both."""

from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huong.base.errors import NotFound
from huong.files import queries as files
from huong.files.kinds import media_type
from huong.people.access import needs
from huong.people.models import User
from huong.procedures import queries
from huong.procedures.pages.desk import looks
from huong.procedures.pages.desk.single import FILE_POLICY
from huong.procedures.queries.lists import READ

SHOWN = frozenset({"pdf", "jpeg", "png"})


@needs(READ)
@require_safe
def paper(request: HttpRequest, uid: str, key: str) -> HttpResponseBase:
    """Send the former file of a paper; a PDF may run nothing. Opened by itself it is recorded.

    Raises:
        NotFound: the dossier has no such paper, or nothing stood there before.
    """
    person = cast("User", request.user)
    dossier = queries.require_visible(person, uid)
    held = dossier.parts.filter(kind="paper", key=key, blob_before__isnull=False).first()
    blob = files.blob(held.blob_before) if held is not None and held.blob_before is not None else None
    if blob is None or blob.kind not in SHOWN:
        raise NotFound(_("This paper has no file."))
    if not looks.is_open(request, dossier):
        looks.note(person, dossier, dossier.applicant.public_id, [key])
    answer = FileResponse(files.open_blob(blob.pk), content_type=media_type(blob.kind))
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    return answer
