"""What a file is, by what is in it. The name only decides between kinds that look the same.

Source: the formats' own signatures (PNG, JPEG/JFIF, PDF 1.7, ZIP APPNOTE, Apache Parquet, CFB, RFC 1952),
RFC 8259 (JSON), RFC 7946 (GeoJSON), RFC 8142 (GeoJSON text sequences).
"""

import json
import re
from enum import StrEnum

HEAD_BYTES = 64 * 1024


class Kind(StrEnum):
    """The kinds of file that Hương tells apart."""

    CSV = "csv"
    XLSX = "xlsx"
    XLS = "xls"
    JSON = "json"
    NDJSON = "ndjson"
    GEOJSON = "geojson"
    PARQUET = "parquet"
    ZIP = "zip"
    GZIP = "gzip"
    JPEG = "jpeg"
    PNG = "png"
    PDF = "pdf"
    HTML = "html"
    XML = "xml"
    EMPTY = "empty"
    UNKNOWN = "unknown"


MEDIA_TYPES = {
    Kind.CSV: "text/csv",
    Kind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.XLS: "application/vnd.ms-excel",
    Kind.JSON: "application/json",
    Kind.NDJSON: "application/x-ndjson",
    Kind.GEOJSON: "application/geo+json",
    Kind.PARQUET: "application/vnd.apache.parquet",
    Kind.ZIP: "application/zip",
    Kind.GZIP: "application/gzip",
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.PDF: "application/pdf",
    Kind.HTML: "text/html",
    Kind.XML: "application/xml",
}

_SIGNATURES = (
    (b"PAR1", Kind.PARQUET),
    (b"PARE", Kind.PARQUET),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"%PDF-", Kind.PDF),
    (b"\x1f\x8b", Kind.GZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.XLS),
    (b"PK\x05\x06", Kind.ZIP),
)
_ZIP_ENTRY = b"PK\x03\x04"
_HTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title)\b", re.I | re.S)
_GEO_TYPE = re.compile(
    r'"type"\s*:\s*"(?:FeatureCollection|Feature|Point|MultiPoint|LineString|MultiLineString|Polygon|MultiPolygon'
    r'|GeometryCollection)"'
)
_GEO_MEMBER = re.compile(r'"(?:features|geometry|geometries|coordinates)"\s*:')
_TEXT_NAMES = (".csv", ".tsv", ".tab", ".txt")
_LINE_NAMES = (".ndjson", ".jsonl", ".geojsonl", ".ldjson")


def media_type(kind: str) -> str:
    """Return the media type of a kind, to hand the file out with.

    >>> media_type("csv"), media_type("unknown")
    ('text/csv', 'application/octet-stream')
    """
    return MEDIA_TYPES.get(Kind(kind), "application/octet-stream")


def sniff(head: bytes, name: str = "") -> Kind:
    """Return what a file is.

    Args:
        head: its first bytes, up to 64 KiB; more help is not taken from more.
        name: the name it came with; believed only where the content leaves it open.

    >>> sniff(b"\\xff\\xd8\\xff\\xe0", "cay-xanh.csv").value
    'jpeg'
    >>> sniff("mã;tên\\n1;Đa\\n".encode(), "cay-xanh.csv").value
    'csv'
    """
    head, name = head[:HEAD_BYTES], name.lower()
    if not head.strip(b" \r\n\t\xef\xbb\xbf\xff\xfe"):
        return Kind.EMPTY
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head.startswith(_ZIP_ENTRY):
        return _zipped(head, name)
    text = _text_of(head)
    return _written(text, name) if text is not None else Kind.UNKNOWN


def _zipped(head: bytes, name: str) -> Kind:
    """Tell a workbook from an archive by the names of the first parts."""
    parts = [_part_name(head, match.start()) for match in re.finditer(re.escape(_ZIP_ENTRY), head)]
    if any(part.startswith("xl/") for part in parts):
        return Kind.XLSX
    if any(part.startswith(("word/", "ppt/")) for part in parts):
        return Kind.ZIP
    office = any(part == "[Content_Types].xml" or part.startswith(("_rels/", "docProps/")) for part in parts)
    return Kind.XLSX if office and name.endswith((".xlsx", ".xlsm")) else Kind.ZIP


def _part_name(head: bytes, start: int) -> str:
    length = int.from_bytes(head[start + 26 : start + 28], "little")
    return head[start + 30 : start + 30 + length].decode("utf-8", "replace")


def _text_of(head: bytes) -> str | None:
    """Return the head as text if it can be any, in whichever encoding; None for binary."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    if b"\x00" in head:
        return _utf16_without_mark(head)
    control = sum(byte < 32 and byte not in b"\t\n\r\x0b\x0c\x1b\x1e" for byte in head[:4096])
    # The old one-byte Vietnamese encodings (TCVN3, VNI, VISCII) put a few letters on control codes.
    if control > len(head[:4096]) * 0.05:
        return None
    return head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def _utf16_without_mark(head: bytes) -> str | None:
    even, odd = head[0::2], head[1::2]
    for zeros, others, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros.count(0) > len(zeros) * 0.6 and others.count(0) == 0:
            return head[: len(head) // 2 * 2].decode(encoding, "replace")
    return None


def _written(text: str, name: str) -> Kind:
    stripped = text.lstrip("\ufeff \t\r\n")
    if _HTML.match(stripped):
        return Kind.HTML
    if stripped.startswith("<"):
        return Kind.XML
    if stripped.startswith("\x1e"):
        return Kind.NDJSON
    if stripped.startswith(("{", "[")) and (kind := _json_kind(stripped, name)):
        return kind
    return _table_kind(text, name)


def _json_kind(text: str, name: str) -> Kind | None:
    """Tell JSON, GeoJSON and line-wise JSON apart; None if it is none of them."""
    rest = _after_first_value(text)
    lines = rest is not None and (rest.startswith("{") or name.endswith(_LINE_NAMES))
    if text.startswith("{") and lines:
        return Kind.NDJSON
    if rest or not re.match(r'\{\s*["}]|\[\s*[\[{"\d\]tfn-]', text):
        return None
    if text.startswith("{") and _GEO_TYPE.search(text) and _GEO_MEMBER.search(text):
        return Kind.GEOJSON
    return Kind.JSON


def _after_first_value(text: str) -> str | None:
    """Return what follows the first JSON value; None if it does not end within the head."""
    try:
        _value, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return text[end:].strip()


def _table_kind(text: str, name: str) -> Kind:
    """Take text for a table if its first lines share a delimiter, or if its name says so."""
    if name.endswith(_TEXT_NAMES):
        return Kind.CSV
    lines = [line for line in text.splitlines()[:20] if line.strip()][:5]
    for delimiter in ",;\t|":
        counts = [line.count(delimiter) for line in lines]
        if len(lines) > 1 and min(counts) > 0 and max(counts) - min(counts) <= max(1, max(counts) // 2):
            return Kind.CSV
    return Kind.UNKNOWN
