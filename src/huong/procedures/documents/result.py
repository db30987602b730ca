"""The result of a procedure as an official paper, with the code by which anybody checks it."""

import io
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

TEMPLATE = Path(__file__).with_name("result.typ")
STANDARD = "a-2b"  # PDF/A-2b (ISO 19005-2), made to be kept
Line = tuple[str, str]


@dataclass(frozen=True)
class ResultDocument:
    """What a result says on paper; plain text throughout, in Vietnamese.

    Attributes:
        parent: the body above the agency; empty for none.
        agency: the agency that issues it.
        number: its number; empty as long as it is a draft.
        dateline: place and day of issue.
        subtitle: the name in another language, below the title.
        lines: label and value of everything it says.
        until: the last day on which it is valid; empty for ever.
        replaces: the number of the document it replaces; empty for none.
        signer_titles: lines above the signature: "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH".
        signer: the name of whoever signs; empty as long as it is a draft.
        signed_at: when it was signed, as people read it.
        url: the page for checking it.
        foot: the line at the foot of each page.
    """

    parent: str
    agency: str
    number: str
    dateline: str
    title: str
    subtitle: str
    lines: Sequence[Line]
    basis: Sequence[str]
    until: str
    replaces: str
    signer_titles: Sequence[str]
    signer: str
    signed_at: str
    url: str
    foot: str

    @property
    def signed(self) -> bool:
        """Whether it carries a signature."""
        return bool(self.signer)


def qr_svg(text: str) -> str:
    """Return a QR code as an SVG picture."""
    import segno

    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=2, xmldecl=False, svgns=True)
    return out.getvalue().decode()


def result_pdf(document: ResultDocument) -> bytes:
    """Return a result as PDF/A. It takes some tenths of a second: never call it inside a transaction.

    Source: Decree 30/2020 appendix I (layout of administrative documents), ISO 19005-2.
    """
    data = asdict(document) | {"qr": qr_svg(document.url), "signed": document.signed}
    return bytes(
        _compiler().compile(format="pdf", sys_inputs={"data": orjson.dumps(data).decode()}, pdf_standards=STANDARD)
    )


_of_thread = threading.local()


def _compiler() -> Any:
    """Return the compiler of this thread, which remembers fonts and layout; two threads cannot share one."""
    import typst

    if not hasattr(_of_thread, "compiler"):
        _of_thread.compiler = typst.Compiler(str(TEMPLATE), root=str(TEMPLATE.parent), ignore_system_fonts=True)
    return _of_thread.compiler
