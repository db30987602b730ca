"""Papers of a dossier: phone photos and PDF files, page by page; sent again after a break they are known again."""

import io
from typing import BinaryIO

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from huong.base import clock, ids
from huong.base.errors import BadInput, HuongError, NotFound, TooLarge, WrongState
from huong.files import actions as files
from huong.files import documents
from huong.files import queries as blobs
from huong.journal import actions as journal
from huong.procedures import events
from huong.procedures.actions import acting, releasing
from huong.procedures.actions.acting import Actor
from huong.procedures.actions.drafting import AMENDABLE, not_asked_for
from huong.procedures.actions.unsettling import former
from huong.procedures.models import Component, Dossier, PaperPage
from huong.procedures.queries import supplement
from huong.procedures.queries.catalogue import document_by_id
from huong.procedures.queries.said import paper_called
from huong.procedures.queries.values import answers_of, parts_of, scope_of
from huong.procedures.rules.nouns import Requirement

MOST_FILES = 30
TRIES = 5


def owner_of(uid: str) -> str:
    """Return the name under which the files of a dossier are kept."""
    return f"{releasing.PREFIX}{uid}"


def add(uid: str, key: str, stream: BinaryIO, *, name: str = "", actor: Actor) -> tuple[Component, bool]:
    """Add a file to a paper: the first page, or the next one. The same file twice is one page.

    A photo is turned upright, shrunk, freed of place and device, and becomes a PDF; a PDF is checked and anything in
    it that acts is taken out. All of that happens before the transaction.

    Args:
        key: the paper, as the procedure names it.
        stream: the file as it came.
        name: the name it came with.

    Returns:
        The paper, and whether something that acts was taken out of the file.

    Raises:
        NotFound: no such dossier, or no such paper in its procedure.
        WrongState: it was sent.
        NotAskedFor: something is asked for, and not this paper.
        TooLarge, NotAPhoto, BadDocument: what is wrong with the file, in a sentence.

    Records: `files.kept`, `procedures.paper_changed`.
    """
    dossier = Dossier.objects.filter(uid=uid).first()
    if dossier is None:
        raise NotFound(_("There is no such dossier."))
    need = need_of(dossier, key)
    _require_changeable(dossier, need)
    data = stream.read(documents.MAX_BYTES + 1)
    if not data:
        raise BadInput(_("This file is empty. Please choose it again."), code="empty_file", field=key)
    digest = ids.digest(data)
    known = PaperPage.objects.filter(part__dossier=dossier, part__key=key, digest=digest).select_related("part").first()
    if known is not None and known.part.state in {"held", "verified"}:
        return known.part, False
    made = documents.prepare(data, name=name)
    blob = whole = 0
    try:
        for _try in range(TRIES):
            blob = _keep(dossier, made.pdf, f"{key}-{digest[:8]}.pdf")
            pages = _pages(dossier, key)
            whole = _whole(dossier, key, [*pages, blob])
            part = _added(uid, need, (digest, blob, made.pages), whole, pages, actor)
            if part is not None:
                return part, made.cleaned
            _let_go(uid, {whole})
    except HuongError:
        _let_go(uid, {blob, whole})
        raise
    _let_go(uid, {blob})
    raise WrongState(_("Another page was added a moment ago. Please send this one again."), code="overtaken")


@transaction.atomic
def _let_go(uid: str, left: set[int]) -> None:
    """Let go of files that were kept for a page which was not written down."""
    acting.found(uid)
    releasing.let_go(owner_of(uid), left - {0})


def need_of(dossier: Dossier, key: str) -> Requirement:
    """Return the paper that a procedure asks for.

    Raises:
        NotFound: it asks for no such paper.
    """
    made = document_by_id(dossier.edition_id) if dossier.edition_id else None
    found = next((need for need in made.requirements if need.key == key), None) if made else None
    if found is None:
        raise NotFound(_("This procedure asks for no such paper."))
    return found


def _require_changeable(dossier: Dossier, need: Requirement) -> None:
    if dossier.state == "draft":
        return
    if dossier.state not in AMENDABLE:
        raise WrongState(
            _("This dossier was sent already; papers can be added only if the office asks for them."),
            code="sent_already",
        )
    parts = parts_of(dossier)
    named = supplement.sentences_of(dossier)
    if need.key not in supplement.changeable(dossier, parts, answers_of(dossier, parts), named):
        raise not_asked_for(paper_called(need), need.key)


def _keep(dossier: Dossier, pdf: bytes, name: str) -> int:
    return files.keep(io.BytesIO(pdf), name=name, owner=owner_of(dossier.uid), scope=scope_of(dossier)).pk


def _pages(dossier: Dossier, key: str, *, without: int = 0) -> list[int]:
    rows = PaperPage.objects.filter(part__dossier=dossier, part__kind="paper", part__key=key).exclude(pk=without)
    return list(rows.order_by("number").values_list("blob", flat=True))


def _whole(dossier: Dossier, key: str, pages: list[int]) -> int:
    """Return one PDF of all pages, as officers read it."""
    if len(pages) == 1:
        return pages[0]
    if len(pages) > MOST_FILES:
        raise TooLarge(
            _("A paper takes at most %(most)d files. Please put the pages into one PDF.") % {"most": MOST_FILES}
        )
    parts = []
    for blob in pages:
        with blobs.open_blob(blob) as source:
            parts.append(source.read())
    return _keep(dossier, documents.joined(parts), f"{key}.pdf")


@transaction.atomic
def _added(
    uid: str, need: Requirement, page: tuple[str, int, int], whole: int, seen: list[int], actor: Actor
) -> Component | None:
    """Write a page down; None if another one came in between."""
    dossier, key = acting.found(uid), need.key
    _require_changeable(dossier, need)
    part, _new = Component.objects.get_or_create(
        dossier=dossier, kind="paper", key=key, defaults={"origin": "uploaded", "changed_at": clock.now()}
    )
    digest, blob, count = page
    still_kept = blobs.is_kept(blob, owner_of(uid)) and blobs.is_kept(whole, owner_of(uid))
    if _pages(dossier, key) != seen or not still_kept:  # the same bytes were let go meanwhile, from another page
        return None
    former_whole = part.blob
    last = part.pages.aggregate(last=Max("number"))["last"] or 0
    PaperPage.objects.create(part=part, number=last + 1, digest=digest, blob=blob, count=count, at=clock.now())
    _hold(dossier, part, whole)
    _note(dossier, part, digest, actor)
    releasing.let_go(owner_of(uid), {former_whole} if former_whole else ())
    return part


def _hold(dossier: Dossier, part: Component, whole: int | None) -> None:
    """Write down the file of a paper; while something is asked for, what was there before stays beside it."""
    gone = "empty"
    if dossier.state != "draft":
        gone = "wanted" if part.key in supplement.sentences_of(dossier) else "empty"
        for name, value in former(part, clock.now()).items():
            setattr(part, name, value)
    part.origin, part.state = ("uploaded", "held") if whole else ("declared", gone)
    part.blob, part.locked, part.source, part.why, part.evidence = whole, False, "", "", None
    part.changed_at = clock.now()
    part.save()


def _note(dossier: Dossier, part: Component, digest: str, actor: Actor) -> None:
    journal.record(
        events.PAPER_CHANGED, f"dossier:{dossier.uid}", by=actor.user.pk if actor.user else None, audience="named",
        agency=dossier.agency, unit=dossier.unit, part=part.key, pages=part.pages.count(), digest=digest,
    )  # fmt: skip


def remove(uid: str, key: str, digest: str, *, actor: Actor) -> Component:
    """Take a file out of a paper again.

    Raises:
        NotFound: the paper has no such file.
        WrongState: the dossier was sent.
        NotAskedFor: something is asked for, and not this paper.

    Records: `procedures.paper_changed`; `files.released` for what nothing shows any more.
    """
    dossier = Dossier.objects.filter(uid=uid).first()
    page = PaperPage.objects.filter(part__dossier__uid=uid, part__key=key, digest=digest).first()
    if dossier is None or page is None:
        raise NotFound(_("This paper has no such page."))
    left = _pages(dossier, key, without=page.pk)  # two files may have become the same PDF
    whole = _whole(dossier, key, left) if left else None
    with transaction.atomic():
        dossier = acting.found(uid)
        _require_changeable(dossier, need_of(dossier, key))
        part = Component.objects.get(pk=page.part_id)
        gone = {page.blob, part.blob or page.blob}
        page.delete()
        _hold(dossier, part, whole)
        _note(dossier, part, digest, actor)
        releasing.let_go(owner_of(uid), gone, by=actor.user.pk if actor.user else None)
    return part


@transaction.atomic
def come_later(uid: str, key: str, *, actor: Actor) -> Component:
    """Say that whoever issues a paper has not passed it on yet: the dossier goes on without it.

    Raises:
        BadInput: this paper does not come by itself.
        WrongState: the dossier was sent.

    Records: `procedures.paper_changed`.
    """
    dossier = acting.found(uid)
    if not need_of(dossier, key).later:
        raise BadInput(_("This paper does not come by itself; please add it."), code="not_later", field=key)
    if dossier.state != "draft":
        raise WrongState(_("This dossier was sent already; it keeps what it says."))
    part, _new = Component.objects.update_or_create(
        dossier=dossier,
        kind="paper",
        key=key,
        defaults={"origin": "declared", "state": "later", "why": "issued_later", "changed_at": clock.now()},
    )
    _note(dossier, part, "", actor)
    return part
