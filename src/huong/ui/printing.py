"""Document printing: a typst template and plain data become a PDF of real text (PDF/A-2a, PDF/UA-1).

Data reach the template as JSON: a text of a citizen is set as text and never read as markup. Takes some tens of
milliseconds and no network; not to be called inside a transaction.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

LAYOUTS: Final = Path(__file__).parent / "templates" / "ui" / "print"
ARCHIVE: Final[dict[str, Any]] = {"ignore_system_fonts": True, "pdf_standards": ["a-2a", "ua-1"]}
LONGEST_WORD: Final = 32
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
_LONG = re.compile(rf"(\S{{{LONGEST_WORD}}})(?=\S)")


def pdf(
    template: Path, data: Mapping[str, Any], *, made_at: datetime, pictures: Mapping[str, str] | None = None
) -> bytes:
    """Return a paper as PDF; the same data and time give the same bytes.

    A letter that the built-in fonts do not have is looked for among those of the machine; then the paper is an
    ordinary PDF, since PDF/A promises a glyph for every letter.

    Args:
        template: a typst file; it may import the layouts of `ui/print` and the files beside it.
        data: plain values; dates and figures are words already.
        made_at: the time the paper says it was made, timezone-aware.
        pictures: SVG by file name, as the template calls them.
    """
    import typst

    beside = [file for folder in (LAYOUTS, template.parent) for file in folder.glob("*.typ") if file != template]
    sources: Any = {"main.typ": template.read_bytes()} | {file.name: file.read_bytes() for file in beside}
    sources |= {name: svg.encode() for name, svg in (pictures or {}).items()}
    given: dict[str, Any] = {
        "sys_inputs": {"paper": json.dumps(_clean(data), ensure_ascii=False)},
        "timestamp": made_at.replace(microsecond=0, tzinfo=timezone(made_at.utcoffset() or timedelta())),
    }
    try:
        return bytes(typst.compile(sources, **given, **ARCHIVE))
    except typst.TypstError as refused:
        if "could not be displayed" not in str(refused):
            raise
        return bytes(typst.compile(sources, **given))


def picture_of_code(text: str) -> str:
    """Return the QR code of a text as an SVG, to be one of a paper's pictures."""
    import qrcode
    from qrcode.image.svg import SvgPathImage

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=2, image_factory=SvgPathImage)
    code.add_data(text)
    code.make(fit=True)
    return str(code.make_image().to_string(encoding="unicode"))


def _clean(value: Any) -> Any:
    """Return data without control characters and with a place to break in words that fit no line."""
    if isinstance(value, str):
        return _LONG.sub("\\1\u200b", _CONTROLS.sub(" ", value))
    if isinstance(value, Mapping):
        return {key: _clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    return value
