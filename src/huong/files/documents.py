"""Papers as people send them: a PDF checked and freed of anything that acts, a phone photo turned into one.

Source: ISO 32000-1 (12.6 actions, 7.11.4 embedded files); a script has no place in an administrative paper.
"""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from huong.base.errors import TooLarge
from huong.files import kinds, photos
from huong.files.errors import BadDocument

if TYPE_CHECKING:
    import pikepdf

MAX_BYTES = 25 * 1024 * 1024
MOST_PAGES = 60
DOTS_PER_INCH = 170
ACTIONS = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/RichMediaExecute"}
)


@dataclass(frozen=True)
class Document:
    """A paper ready to be kept.

    Attributes:
        pdf: its bytes.
        pages: how many.
        cleaned: whether something that acts was taken out.
    """

    pdf: bytes
    pages: int
    cleaned: bool = False


def prepare(data: bytes, *, name: str = "") -> Document:
    """Return a paper as a plain PDF.

    Args:
        data: a PDF, or a photo: JPEG, PNG, WebP, HEIC.
        name: the name it came with, for the sentence that refuses it.

    Raises:
        TooLarge: more bytes than are taken.
        BadDocument: the PDF is locked by a password, damaged, or has too many pages.
        NotAPhoto: it is neither a PDF nor a photo.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(
            _("“%(name)s” is larger than %(mb)d MB. Please scan it in black and white, or send it page by page.")
            % {"name": name or _("The file"), "mb": MAX_BYTES // 1_048_576}
        )
    if data[:1024].lstrip()[:5] == b"%PDF-" or kinds.sniff(data[: kinds.HEAD_BYTES], name) == kinds.Kind.PDF:
        return _checked(data, name)
    picture = photos.prepare(io.BytesIO(data), name=name, max_bytes=MAX_BYTES)
    return Document(_as_pdf(picture.large), 1)


def _as_pdf(jpeg: bytes) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(jpeg), formats=["JPEG"]).save(out, "PDF", resolution=DOTS_PER_INCH, quality=photos.QUALITY)
    return out.getvalue()


def _checked(data: bytes, name: str) -> Document:
    """Return a PDF without scripts, launched programs and hidden attachments."""
    import pikepdf

    shown = name or _("The file")
    try:
        with pikepdf.open(io.BytesIO(data)) as opened:
            if opened.is_encrypted:
                raise _locked(shown)
            if len(opened.pages) > MOST_PAGES:
                raise BadDocument(
                    _("“%(name)s” has more than %(most)d pages. Please send only the pages that are asked for.")
                    % {"name": shown, "most": MOST_PAGES},
                    code="too_many_pages",
                )
            cleaned = _disarm(opened)
            out = io.BytesIO()
            opened.save(out)
            return Document(out.getvalue(), len(opened.pages), cleaned)
    except pikepdf.PasswordError as error:
        raise _locked(shown) from error
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise BadDocument(
            _("“%(name)s” is damaged and cannot be opened. Please save it again as PDF, or take a photo of the paper.")
            % {"name": shown},
            code="damaged_document",
        ) from error


def _locked(name: str) -> BadDocument:
    return BadDocument(
        _("“%(name)s” is locked by a password, so nobody could read it. Please save it without a password.")
        % {"name": name},
        code="locked_document",
    )


def _disarm(opened: "pikepdf.Pdf") -> bool:
    """Take out of a PDF everything that acts by itself; returns whether there was something."""
    root = opened.Root
    found = [_drop(root, name) for name in ("/OpenAction", "/AA")]
    if "/Names" in root:
        found += [_drop(root["/Names"], name) for name in ("/JavaScript", "/EmbeddedFiles")]
    if "/AcroForm" in root:
        found.append(_drop(root["/AcroForm"], "/XFA"))
    for thing in opened.objects:
        found.append(_disarmed(thing))
    return any(found)


def _disarmed(thing: Any) -> bool:
    import pikepdf

    if not isinstance(thing, pikepdf.Dictionary):
        return False
    found = _drop(thing, "/AA")
    action = thing.get("/A")
    if isinstance(action, pikepdf.Dictionary) and str(action.get("/S", "")) in ACTIONS:
        found = _drop(thing, "/A") or found
    if str(thing.get("/S", "")) in ACTIONS:
        found = (_drop(thing, "/JS") or _drop(thing, "/F") or _drop(thing, "/Next")) or found
    return found


def _drop(holder: Any, name: str) -> bool:
    if name not in holder:
        return False
    del holder[name]
    return True


def joined(parts: list[bytes]) -> bytes:
    """Return several plain PDFs as one, in their order."""
    import pikepdf

    if len(parts) == 1:
        return parts[0]
    with pikepdf.new() as whole:
        for part in parts:
            with pikepdf.open(io.BytesIO(part)) as opened:
                whole.pages.extend(opened.pages)
        out = io.BytesIO()
        whole.save(out)
    return out.getvalue()
