"""Photos as phones send them: told by content, bounded, turned upright, freed of metadata, made in two sizes.

Only the pixels are kept: place, device, time and the small preview inside the file (EXIF, XMP, IPTC) are left behind.
Source: Exif 2.32 (orientation), ISO/IEC 23008-12 (HEIF brands).
"""

import io
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from django.utils.translation import gettext as _

from huong.base.errors import TooLarge
from huong.files import kinds
from huong.files.errors import NotAPhoto

if TYPE_CHECKING:
    from PIL import Image

log = logging.getLogger(__name__)
MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = {"JPEG": 200_000_000, "PNG": 50_000_000, "WEBP": 50_000_000, "HEIF": 60_000_000}
LARGE_SIDE, SMALL_SIDE = 2048, 480
QUALITY = 82
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


@dataclass(frozen=True)
class Picture:
    """A photo ready to be kept: JPEG in two sizes, and the larger one's measures in pixels."""

    large: bytes
    small: bytes
    width: int
    height: int


def prepare(stream: BinaryIO, *, name: str = "", max_bytes: int = MAX_BYTES) -> Picture:
    """Return a photo upright, without metadata, in two sizes.

    Args:
        stream: the file as it came; JPEG, PNG, WebP or HEIC.
        name: the name it came with, for the sentence that refuses it.
        max_bytes: the largest file taken.

    Raises:
        TooLarge: the file has more bytes than are taken.
        NotAPhoto: it is another kind of file, damaged, or has more pixels than are taken.
    """
    data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise TooLarge(
            _("“%(name)s” is larger than %(mb)d MB. Please choose a smaller photo; what you wrote was kept.")
            % {"name": name or _("The photo"), "mb": max_bytes // (1024 * 1024)}
        )
    kind = kind_of(data, name)
    image = _opened(data, kind, name)
    try:
        return _made(image)
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError) as error:
        raise _damaged(name) from error


def kind_of(data: bytes, name: str = "") -> str:
    """Return Pillow's name of a photo's kind, by its content.

    Raises:
        NotAPhoto: it is no photo of a kind that is taken.
    """
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return "HEIF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    found = kinds.sniff(data[: kinds.HEAD_BYTES], name)
    if found in {kinds.Kind.JPEG, kinds.Kind.PNG}:
        return found.value.upper()
    known = found not in {kinds.Kind.UNKNOWN, kinds.Kind.EMPTY}
    sentence = _("“%(name)s” is no photo (it is %(kind)s). JPEG, PNG, WebP and HEIC are taken.")
    if not known:
        sentence = _("“%(name)s” is no photo. JPEG, PNG, WebP and HEIC are taken.")
    raise NotAPhoto(sentence % {"name": name or _("The file"), "kind": found.value.upper()}, kind=found.value)


def _opened(data: bytes, kind: str, name: str) -> "Image.Image":
    """Open a photo without decoding it, and refuse more pixels than fit."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own, stricter limit follows
    if kind == "HEIF":
        import pi_heif

        pi_heif.register_heif_opener()
    try:
        image = Image.open(io.BytesIO(data), formats=[kind])
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise _damaged(name) from error
    if image.width * image.height > MAX_PIXELS[kind]:
        raise NotAPhoto(
            _("“%(name)s” has %(mega)d million points, more than is taken. Please choose a smaller photo.")
            % {"name": name or _("The photo"), "mega": image.width * image.height // 1_000_000},
            code="too_many_pixels",
        )
    return image


def _damaged(name: str) -> NotAPhoto:
    return NotAPhoto(
        _("“%(name)s” is damaged and cannot be opened. Please take the photo again.")
        % {"name": name or _("The photo")},
        code="damaged_photo",
    )


def _made(image: "Image.Image") -> Picture:
    image.draft("RGB", (LARGE_SIDE, LARGE_SIDE))  # a JPEG is decoded at a fraction of its size where that is enough
    upright = _plain(_upright(image))
    upright.thumbnail((LARGE_SIDE, LARGE_SIDE))
    large = _jpeg(upright)
    small = upright.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE))
    return Picture(large, _jpeg(small), upright.width, upright.height)


def _upright(image: "Image.Image") -> "Image.Image":
    """Turn a photo as its metadata say; metadata that make no sense are left alone."""
    from PIL import ImageOps

    image.load()
    try:
        return ImageOps.exif_transpose(image) or image
    except Exception as error:  # noqa: BLE001 - metadata may hold anything; the pixels are what counts
        log.info("A photo's metadata could not be read (%s).", type(error).__name__)
        return image


def _plain(image: "Image.Image") -> "Image.Image":
    """Return the pixels alone, in plain colours on white."""
    from PIL import Image

    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Image.new("RGB", layered.size, "white")
        ground.paste(layered, mask=layered.getchannel("A"))
        return ground
    plain = Image.new("RGB", image.size)
    plain.paste(image.convert("RGB"))
    return plain


def _jpeg(image: "Image.Image") -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def blurred(data: bytes, box: tuple[float, float, float, float]) -> Picture:
    """Return a kept photo with a rectangle made unreadable for good.

    Args:
        data: a JPEG made by `prepare`.
        box: left, top, width and height as shares of the picture, 0 to 1.

    Raises:
        NotAPhoto: the rectangle does not lie in the picture.
    """
    from PIL import Image

    image = Image.open(io.BytesIO(data), formats=["JPEG"])
    left, top, width, height = box
    edges = (left, top, left + width, top + height)
    if not (width > 0 and height > 0 and all(0 <= edge <= 1.0001 for edge in edges)):
        raise NotAPhoto(_("This rectangle does not lie in the picture."), code="bad_box")
    pixels = (
        int(left * image.width),
        int(top * image.height),
        max(int(edges[2] * image.width), int(left * image.width) + 1),
        max(int(edges[3] * image.height), int(top * image.height) + 1),
    )
    part = image.crop(pixels)
    coarse = part.resize((max(1, part.width // 40 or 1), max(1, part.height // 40 or 1)), Image.Resampling.BOX)
    image.paste(coarse.resize(part.size, Image.Resampling.NEAREST), pixels[:2])
    return _made(image)
