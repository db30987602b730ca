"""The API of one's own dossier: what the form says and waits for, saving, papers, sending."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Router, Schema
from ninja.files import UploadedFile

from huong.base.errors import Forbidden
from huong.people.auth import Door
from huong.procedures.actions import asking, papers, save
from huong.procedures.actions.bundling import resolve_all, send_all
from huong.procedures.owning import owned
from huong.procedures.queries.application import PaperShown, Shown, Stage, application
from huong.procedures.queries.said import said

router = Router(auth=Door())
TAGS = ["dossiers"]


class FieldOut(Schema):
    """One field of the form.

    `changeable` says whether it may be changed now; `asked` is what the office writes about it, if it asks for it.
    `state` is "asking" while its source is asked in the background, "later" if it is to be declared now because the
    source does not answer; `said` is what the source says beside her own word, to take or leave.
    """

    dossier: str
    path: str
    title: str
    kind: str
    required: bool
    value: Any
    text: str
    state: str
    locked: bool
    changeable: bool
    asked: str
    source: str
    why: str
    said: str
    fetched_at: datetime | None
    valid_until: datetime | None


class PageOut(Schema):
    """One file of a paper."""

    digest: str
    number: int
    count: int


class PaperOut(Schema):
    """One paper that counts."""

    dossier: str
    key: str
    name: str
    required: bool
    state: str
    origin: str
    changeable: bool
    asked: str
    pages: list[PageOut]


class FormOut(Schema):
    """A dossier's form, with those of the same application."""

    uid: str
    state: str
    version: int
    asking: list[str]
    fields: list[FieldOut]
    papers: list[PaperOut]
    faults: dict[str, str] = {}


class Typed(Schema):
    """What was typed: path to value; `meanwhile` names the fields that were asking when the form was read."""

    answers: dict[str, Any]
    version: int | None = None
    meanwhile: list[str] = []


class Chosen(Schema):
    """Which field, and whether what the source says is taken."""

    path: str
    use: bool


class SentOut(Schema):
    """What was sent, and how it stands now."""

    dossiers: dict[str, str]


@router.get("/dossiers/{uid}/form", response=FormOut, tags=TAGS)
def form(request: HttpRequest, uid: str) -> dict[str, Any]:
    """Say what the form of one's own dossier holds, what is hers to say, and what the office asks for."""
    return _form(request, uid)


@router.patch("/dossiers/{uid}/form", response=FormOut, tags=TAGS)
def type_in(request: HttpRequest, uid: str, body: Typed) -> dict[str, Any]:
    """Save answers, right or not; `faults` says what is wrong with them."""
    held, actor = owned(request, uid)
    faults = save(held.uid, body.answers, actor=actor, version=body.version, meanwhile=body.meanwhile)
    return _form(request, uid) | {"faults": said(faults)}


@router.post("/dossiers/{uid}/form/look", response=FormOut, tags=TAGS)
def look(request: HttpRequest, uid: str) -> dict[str, Any]:
    """Fill in what is known at once and have the rest asked in the background; ask again for the form to see it."""
    held, actor = owned(request, uid)
    resolve_all(held.uid, actor=actor)
    return _form(request, uid)


@router.post("/dossiers/{uid}/form/choose", response=FormOut, tags=TAGS)
def choose(request: HttpRequest, uid: str, body: Chosen) -> dict[str, Any]:
    """Take what a source says in the place of one's own word, or keep one's word."""
    held, actor = owned(request, uid)
    asking.choose(held.uid, body.path, use=body.use, actor=actor)
    return _form(request, uid)


@router.post("/dossiers/{uid}/papers/{key}", response=FormOut, tags=TAGS)
def add_paper(request: HttpRequest, uid: str, key: str, file: File[UploadedFile]) -> dict[str, Any]:
    """Add a photo or PDF to a paper; the same file twice is one page."""
    held, actor = owned(request, uid)
    papers.add(held.uid, key, file.file or file, name=file.name or "", actor=actor)  # type: ignore[arg-type]
    return _form(request, uid)


@router.delete("/dossiers/{uid}/papers/{key}/{digest}", response=FormOut, tags=TAGS)
def remove_paper(request: HttpRequest, uid: str, key: str, digest: str) -> dict[str, Any]:
    """Take a file out of a paper again."""
    held, actor = owned(request, uid)
    papers.remove(held.uid, key, digest, actor=actor)
    return _form(request, uid)


@router.post("/dossiers/{uid}/send", response=SentOut, tags=TAGS)
def send(request: HttpRequest, uid: str) -> dict[str, Any]:
    """Send the application, or what the office asked for; sent twice it is sent once."""
    held, actor = owned(request, uid)
    if actor.helper:
        raise Forbidden(_("Only the applicant can send this."))
    return {"dossiers": {each.uid: each.state for each in send_all(held.uid, actor=actor)}}


def _form(request: HttpRequest, uid: str) -> dict[str, Any]:
    held, actor = owned(request, uid)
    found = application(held, helper=actor.helper)
    return {
        "uid": held.uid,
        "state": held.state,
        "version": held.version,
        "asking": found.asking,
        "fields": [_field(stage, each) for stage in found.stages for each in stage.fields],
        "papers": [_paper(each) for each in found.papers],
    }


def _field(stage: Stage, each: Shown) -> dict[str, Any]:
    return {
        "dossier": stage.dossier.uid,
        "path": each.field.path,
        "title": each.title,
        "kind": each.field.kind,
        "required": each.field.required,
        "value": None if each.locked else each.value,  # what a source gave is shown as she may read it
        "text": each.text,
        "state": each.state or "empty",
        "locked": each.locked,
        "changeable": not (each.locked or each.fixed),
        "asked": each.asked,
        "source": each.source,
        "why": each.why,
        "said": each.said,
        "fetched_at": each.part.fetched_at if each.part is not None else None,
        "valid_until": each.part.valid_until if each.part is not None else None,
    }


def _paper(each: PaperShown) -> dict[str, Any]:
    return {
        "dossier": each.dossier.uid,
        "key": each.need.key,
        "name": each.name,
        "required": each.need.required,
        "state": each.part.state if each.part is not None else "empty",
        "origin": each.part.origin if each.part is not None else "",
        "changeable": not each.fixed and each.is_hers,
        "asked": each.asked,
        "pages": [{"digest": page.digest, "number": page.number, "count": page.count} for page in each.pages],
    }
