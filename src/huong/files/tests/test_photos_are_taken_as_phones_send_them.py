"""Photos: told by content, bounded, turned upright, freed of metadata."""

import io
import struct
import zlib

import pytest
from PIL import Image

from huong.base.errors import TooLarge
from huong.files import photos
from huong.files.errors import NotAPhoto


def picture(size=(640, 480), mode="RGB"):
    image = Image.new(mode, size, "white" if mode != "RGBA" else (0, 0, 0, 0))
    image.paste((200, 30, 30) if mode == "RGB" else (200, 30, 30, 255), (0, 0, size[0] // 4, size[1] // 4))
    return image


def as_file(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    out.seek(0)
    return out


def with_exif(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Phone of An"
    exif.get_ifd(0x8825)[2] = (16.0, 27.0, 0.0)
    return exif


def opened(data):
    return Image.open(io.BytesIO(data))


def test_a_sideways_photo_stands_upright_and_forgets_where_it_was_taken():
    made = photos.prepare(as_file(picture((640, 480)), exif=with_exif(6)), name="a.jpg")
    assert (made.width, made.height) == (480, 640)
    for data in (made.large, made.small):
        assert not opened(data).getexif()
        assert b"Phone of An" not in data
        assert b"Exif" not in data
    red = opened(made.large).getpixel((470, 10))
    assert red[0] > 150 > red[1] + 50  # the red corner has turned from the left to the right


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_exif_that_lies_leaves_the_pixels_alone(orientation):
    made = photos.prepare(as_file(picture(), exif=with_exif(orientation)), name="a.jpg")
    assert (made.width, made.height) == (640, 480)


@pytest.mark.filterwarnings("ignore")  # the reader warns of the rubbish
def test_an_exif_full_of_rubbish_leaves_the_pixels_alone():
    plain = as_file(picture()).getvalue()
    rubbish = b"Exif\x00\x00" + b"II*\x00" + b"\xff" * 200
    made = photos.prepare(
        io.BytesIO(plain[:2] + b"\xff\xe1" + struct.pack(">H", len(rubbish) + 2) + rubbish + plain[2:])
    )
    assert (made.width, made.height) == (640, 480)


def test_a_large_photo_is_made_smaller_in_two_sizes():
    made = photos.prepare(as_file(picture((4000, 3000))))
    assert max(opened(made.large).size) == 2048
    assert max(opened(made.small).size) == 480


def test_a_png_with_transparency_lies_on_white():
    made = photos.prepare(as_file(picture(mode="RGBA"), "PNG"))
    assert opened(made.large).getpixel((600, 400)) == (255, 255, 255)


def test_heic_is_told_by_its_brand_and_a_broken_one_is_refused():
    for brand in (b"heic", b"mif1"):
        assert photos.kind_of(b"\x00\x00\x00\x18ftyp" + brand + b"\x00" * 8) == "HEIF"
    with pytest.raises(NotAPhoto):
        photos.prepare(io.BytesIO(b"\x00\x00\x00\x18ftypheic" + b"\x00" * 200), name="anh.heic")


def test_a_pdf_named_jpg_is_refused_by_what_it_is():
    with pytest.raises(NotAPhoto) as refused:
        photos.prepare(io.BytesIO(b"%PDF-1.7\n%more"), name="anh.jpg")
    assert "PDF" in refused.value.message
    assert "anh.jpg" in refused.value.message


def test_forty_megabytes_are_refused_with_a_sentence():
    with pytest.raises(TooLarge):
        photos.prepare(io.BytesIO(b"\xff\xd8\xff" + b"0" * (40 * 1024 * 1024)), name="anh.jpg")


def _bomb(width, height):
    """Return a small PNG that says it has very many pixels."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def test_a_decompression_bomb_is_refused_before_it_is_opened():
    with pytest.raises(NotAPhoto) as refused:
        photos.prepare(io.BytesIO(_bomb(60_000, 60_000)), name="bom.png")
    assert refused.value.code == "too_many_pixels"


@pytest.mark.parametrize("cut", [100, 1000])
def test_half_a_photo_is_refused(cut):
    whole = as_file(Image.effect_noise((400, 300), 60).convert("RGB")).getvalue()
    with pytest.raises(NotAPhoto) as refused:
        photos.prepare(io.BytesIO(whole[:cut]), name="anh.jpg")
    assert refused.value.code == "damaged_photo"


def test_a_rectangle_is_made_unreadable():
    noise = photos.prepare(as_file(Image.effect_noise((800, 600), 90).convert("RGB"), quality=95))
    made = photos.blurred(noise.large, (0.25, 0.25, 0.5, 0.5))
    before = opened(noise.large).crop((220, 170, 580, 430)).convert("L")
    after = opened(made.large).crop((220, 170, 580, 430)).convert("L")
    assert len(set(after.resize((60, 60)).tobytes())) < len(set(before.resize((60, 60)).tobytes()))
    with pytest.raises(NotAPhoto):
        photos.blurred(noise.large, (0.9, 0.9, 0.5, 0.5))
