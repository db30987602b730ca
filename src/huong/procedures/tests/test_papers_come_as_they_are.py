"""Papers as phones and scanners send them: turned upright, made into PDF, freed of scripts; wrong ones refused in words."""

import io

import pikepdf
import pytest
from PIL import Image

from huong.base.errors import BadInput, NotFound, TooLarge, WrongState
from huong.files import documents
from huong.files import queries as files
from huong.files.errors import BadDocument, NotAPhoto
from huong.files.models import Blob
from huong.procedures.actions import begin, citizen
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
