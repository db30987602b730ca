"""Scans and phone photos of papers, taken in at the counter before the transaction: told by content, kept sealed."""

import io
from typing import BinaryIO

from django.utils.translation import gettext as _

from huong.base.errors import BadInput, TooLarge
from huong.files import actions as files
from huong.files import kinds, photos
from huong.people.models import User

MOST_BYTES = 25 * 1024 * 1024
_ACTIVE = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile", b"/RichMedia")


def keep(stream: BinaryIO, *, name: str, uid: str, by: User) -> int:
    """Keep a scan under the key of the dossier it will belong to; never inside a transaction.

    Photos (JPEG, PNG, HEIC) are turned upright and lose place, device and time.

    Returns:
        The id of the kept content.

    Raises:
        TooLarge: more than 25 MB.
        BadInput: neither PDF nor photo; a PDF that is locked by a password or runs a script.

    Records: `files.kept`.
    """
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise TooLarge(
            _("“%(name)s” is larger than %(mb)d MB. Please scan it with fewer dots per inch, or in parts.")
            % {"name": name[:80], "mb": MOST_BYTES // 1_048_576}
        )
    if kinds.sniff(data[: kinds.HEAD_BYTES], name) == kinds.Kind.PDF:
        require_harmless(data, name)
    else:
        data, name = photos.prepare(io.BytesIO(data), name=name).large, f"{name.rpartition('.')[0] or name}.jpg"
    return files.keep(
        io.BytesIO(data), name=name, owner=f"dossier:{uid}", scope=f"dossier:{uid}", by=by.pk
    ).pk  # fmt: skip


def require_harmless(data: bytes, name: str) -> None:
    """Refuse a PDF that is locked or carries a script, a command or another file.

    Raises:
        BadInput: in a sentence that says what to do.
    """
    if b"/Encrypt" in data:
        raise BadInput(
            _("“%(name)s” is locked by a password, so nobody here could read it. Please save it without one.")
            % {"name": name[:80]},
            code="locked_pdf",
        )
    if any(word in data for word in _ACTIVE):
        raise BadInput(
            _("“%(name)s” carries a script or a file inside. Please print it to a new PDF, or take a photo.")
            % {"name": name[:80]},
            code="active_pdf",
        )
