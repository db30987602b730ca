"""Papers as phones and scanners send them: turned upright, made into PDF, freed of scripts; wrong ones refused in words."""

import io

import pikepdf
import pytest
from PIL import Image

from huong.base import clock
from huong.base.errors import BadInput, NotFound, TooLarge, WrongState
from huong.files import documents
from huong.files import queries as files
from huong.files.errors import BadDocument, NotAPhoto
from huong.files.models import Blob
from huong.procedures.actions import begin, citizen, papers, releasing
from huong.procedures.actions.papers import add, come_later, remove
from huong.procedures.models import Component, PaperPage
from huong.procedures.tests.conftest import BIRTH

HERS = citizen(None)


@pytest.fixture
def empty(db, mother, morning):
    """Return a draft without papers."""
    return begin(BIRTH, party=mother, actor=HERS, unit="An Cựu")


def picture(kind="JPEG", size=(1600, 1200), **more):
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **more)
    return out.getvalue()


def pdf(pages=1, **save):
    out = io.BytesIO()
    with pikepdf.new() as made:
        for _page in range(pages):
            made.add_blank_page(page_size=(595, 842))
        if "script" in save:
            action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=save.pop("script"))
            made.Root.OpenAction = made.make_indirect(action)
            made.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["a", action]))
        made.save(out, **save)
    return out.getvalue()


def kept(part):
    with files.open_blob(part.blob) as source:
        return source.read()


def test_a_phone_photo_becomes_an_upright_pdf_without_place_and_device(empty):
    exif = Image.Exif()
    exif[0x0112], exif[0x0110] = 6, "Điện thoại của Hà"
    part, cleaned = add(empty.uid, "birth_notice", io.BytesIO(picture(exif=exif)), name="IMG_1.jpg", actor=HERS)
    data = kept(part)
    with pikepdf.open(io.BytesIO(data)) as opened:
        box = opened.pages[0].mediabox
        assert float(box[3]) > float(box[2])  # it was lying on its side
    assert (part.origin, part.state, cleaned) == ("uploaded", "held", False)
    assert b"Exif" not in data
    assert Blob.objects.get(pk=part.blob).scope == f"dossier:{empty.uid}"


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF"])
def test_other_kinds_of_photos_are_taken_too(empty, kind):
    if kind == "HEIF":
        pi_heif = pytest.importorskip("pi_heif")
        pi_heif.register_heif_opener()
        if kind not in Image.SAVE:
            pytest.skip("this library reads HEIC and does not write it")
    part, _cleaned = add(empty.uid, "birth_notice", io.BytesIO(picture(kind)), name="anh", actor=HERS)
    assert kept(part).startswith(b"%PDF")


def test_a_script_in_a_pdf_is_taken_out_and_said(empty):
    part, cleaned = add(empty.uid, "birth_notice", io.BytesIO(pdf(script="app.alert(1)")), name="a.pdf", actor=HERS)
    assert cleaned
    with pikepdf.open(io.BytesIO(kept(part))) as opened:
        assert "/OpenAction" not in opened.Root
        assert "/JavaScript" not in opened.Root.get("/Names", {})
    assert b"app.alert" not in kept(part)


def test_a_locked_pdf_is_refused_in_words(empty):
    locked = pdf(encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(BadDocument) as refused:
        add(empty.uid, "birth_notice", io.BytesIO(locked), name="khoa.pdf", actor=HERS)
    assert refused.value.code == "locked_document"
    assert "khoa.pdf" in str(refused.value.message)


def test_a_pdf_that_is_damaged_or_far_too_long_is_refused(empty):
    for data, code in ((b"%PDF-1.7 nothing", "damaged_document"), (pdf(61), "too_many_pages")):
        with pytest.raises(BadDocument) as refused:
            add(empty.uid, "birth_notice", io.BytesIO(data), name="a.pdf", actor=HERS)
        assert refused.value.code == code


def test_a_scan_of_sixty_megabytes_is_refused_and_leaves_nothing(empty):
    with pytest.raises(TooLarge) as refused:
        add(empty.uid, "birth_notice", io.BytesIO(b"%PDF-1.7" + bytes(60 * 1024 * 1024)), name="to.pdf", actor=HERS)
    assert "25 MB" in str(refused.value.message)
    assert not PaperPage.objects.exists()


def test_something_else_is_no_paper(empty):
    with pytest.raises(NotAPhoto):
        add(empty.uid, "birth_notice", io.BytesIO(b"MZ\x90 a program"), name="a.exe", actor=HERS)
    with pytest.raises(BadInput):
        add(empty.uid, "birth_notice", io.BytesIO(b""), name="a.jpg", actor=HERS)
    with pytest.raises(NotFound):
        add(empty.uid, "no_such", io.BytesIO(picture()), name="a.jpg", actor=HERS)


def test_several_pages_are_one_paper_and_the_same_file_twice_is_one_page(empty):
    first, second = picture(), pdf(2)
    add(empty.uid, "birth_notice", io.BytesIO(first), name="1.jpg", actor=HERS)
    add(empty.uid, "birth_notice", io.BytesIO(second), name="2.pdf", actor=HERS)
    part, _cleaned = add(
        empty.uid, "birth_notice", io.BytesIO(first), name="1.jpg", actor=HERS
    )  # sent again after a break
    assert part.pages.count() == 2
    with pikepdf.open(io.BytesIO(kept(part))) as opened:
        assert len(opened.pages) == 3


def test_a_page_is_taken_away_again_and_the_last_one_leaves_the_paper_empty(empty):
    part, _cleaned = add(empty.uid, "birth_notice", io.BytesIO(picture()), name="1.jpg", actor=HERS)
    remove(empty.uid, "birth_notice", part.pages.get().digest, actor=HERS)
    part.refresh_from_db()
    assert (part.state, part.blob) == ("empty", None)


def test_nothing_is_added_to_what_was_sent_unless_it_was_asked_for(empty):
    from huong.procedures.models import Dossier

    Dossier.objects.filter(pk=empty.pk).update(state="submitted")
    with pytest.raises(WrongState):
        add(empty.uid, "birth_notice", io.BytesIO(picture()), name="1.jpg", actor=HERS)
    Component.objects.create(
        dossier=empty, kind="paper", key="birth_notice", state="wanted", changed_at=empty.changed_at
    )
    Dossier.objects.filter(pk=empty.pk).update(state="supplement_wanted")
    part, _cleaned = add(empty.uid, "birth_notice", io.BytesIO(picture()), name="1.jpg", actor=HERS)
    assert part.state == "held"


def test_only_a_paper_that_comes_by_itself_can_come_later(empty):
    assert come_later(empty.uid, "birth_notice", actor=HERS).state == "later"
    with pytest.raises(BadInput):
        come_later(empty.uid, "birth_witness", actor=HERS)


def test_a_link_that_starts_a_program_is_disarmed():
    with pikepdf.new() as made:
        page = made.add_blank_page()
        launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
        link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=launch)
        page.Annots = pikepdf.Array([made.make_indirect(link)])
        out = io.BytesIO()
        made.save(out)
    done = documents.prepare(out.getvalue(), name="a.pdf")
    assert done.cleaned
    assert b"cmd.exe" not in done.pdf


def kept_now(dossier):
    return {row.blob_id for row in files.kept_by(f"dossier:{dossier.uid}")}


def test_a_page_that_is_taken_out_is_let_go_with_the_whole_it_was_part_of(empty):
    first, second = picture(), pdf(2)
    for data in (first, second):
        part, _cleaned = add(empty.uid, "birth_notice", io.BytesIO(data), name="x", actor=HERS)
    assert len(kept_now(empty)) == 3  # two pages and the whole
    remove(empty.uid, "birth_notice", part.pages.first().digest, actor=HERS)
    part.refresh_from_db()
    assert kept_now(empty) == {part.blob} == set(Blob.objects.values_list("pk", flat=True))
    assert kept(part).startswith(b"%PDF")
    remove(empty.uid, "birth_notice", part.pages.get().digest, actor=HERS)
    assert not Blob.objects.exists()


def test_adding_page_by_page_leaves_only_the_newest_whole(empty):
    for pages in (1, 2, 3, 4):
        part, _cleaned = add(empty.uid, "birth_notice", io.BytesIO(pdf(pages)), name="x", actor=HERS)
    assert kept_now(empty) == {*part.pages.values_list("blob", flat=True), part.blob}


def test_of_two_papers_with_the_same_file_one_may_go(empty, monkeypatch):
    data = pdf(2)
    made = documents.prepare(data, name="a.pdf")  # made a second later it would bear another time
    monkeypatch.setattr(documents, "prepare", lambda *_given, **_more: made)
    one, _cleaned = add(empty.uid, "birth_notice", io.BytesIO(data), name="a.pdf", actor=HERS)
    other, _cleaned = add(empty.uid, "birth_witness", io.BytesIO(data), name="b.pdf", actor=HERS)
    assert one.blob == other.blob
    remove(empty.uid, "birth_notice", one.pages.get().digest, actor=HERS)
    assert kept(other).startswith(b"%PDF")
    remove(empty.uid, "birth_witness", other.pages.get().digest, actor=HERS)
    assert not Blob.objects.exists()


def test_two_different_photos_that_become_the_same_pdf_are_two_pages_of_one_file(empty):
    data = pdf(1)
    one, _cleaned = add(empty.uid, "birth_notice", io.BytesIO(data), name="a.pdf", actor=HERS)
    PaperPage.objects.create(part=one, number=2, digest="f" * 64, blob=one.blob, at=one.changed_at)
    remove(empty.uid, "birth_notice", one.pages.first().digest, actor=HERS)
    one.refresh_from_db()
    assert one.pages.count() == 1
    assert kept(one).startswith(b"%PDF")


def test_a_page_that_was_refused_at_the_last_moment_leaves_nothing(empty, monkeypatch):
    from huong.procedures.models import Dossier

    real = documents.prepare

    def slowly(*given, **more):
        Dossier.objects.filter(pk=empty.pk).update(state="submitted")  # she pressed "send" in another window
        return real(*given, **more)

    monkeypatch.setattr(documents, "prepare", slowly)
    with pytest.raises(WrongState):
        add(empty.uid, "birth_notice", io.BytesIO(picture()), name="1.jpg", actor=HERS)
    assert not Blob.objects.exists()


def test_a_page_sent_again_while_the_same_one_is_taken_out_is_there(empty, monkeypatch):
    first, _cleaned = add(empty.uid, "birth_notice", io.BytesIO(pdf(2)), name="a.pdf", actor=HERS)
    real, digest = papers._added, first.pages.get().digest

    def later(*given):
        monkeypatch.setattr(papers, "_added", real)
        remove(empty.uid, "birth_notice", digest, actor=HERS)
        return real(*given)

    monkeypatch.setattr(papers, "_added", later)
    part, _cleaned = add(empty.uid, "birth_witness", io.BytesIO(pdf(2)), name="b.pdf", actor=HERS)
    assert kept(part).startswith(b"%PDF")


def test_what_a_killed_upload_left_goes_two_days_later_and_nothing_else(empty, ward_officer):
    from huong.procedures.actions import scanning

    part, _cleaned = add(empty.uid, "birth_notice", io.BytesIO(picture()), name="1.jpg", actor=HERS)
    scanning.keep(io.BytesIO(pdf(3)), name="scan.pdf", uid=empty.uid, by=ward_officer)
    assert releasing.sweep() == 0
    with clock.freeze(clock.now() + releasing.UNTOUCHED_FOR * 2):
        assert releasing.sweep() == 1
        assert releasing.sweep() == 0
    assert kept_now(empty) == {part.blob}
