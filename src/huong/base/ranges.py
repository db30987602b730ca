"""Files over HTTP in pieces: ranges, tags, and caching for ever where the address names the content."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse

CHUNK = 64 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def piece_of(header: str, size: int) -> tuple[int, int] | None:
    """Return the first and last byte that a `Range` header asks for; None for the whole file.

    Several ranges, other units and what cannot be read ask for the whole file, as the standard allows.

    Raises:
        ValueError: the range lies outside the file.

    Source: RFC 9110, sections 14.1.2 and 14.2.

    >>> piece_of("bytes=0-99", 1000), piece_of("bytes=900-", 1000), piece_of("bytes=-10", 1000)
    ((0, 99), (900, 999), (990, 999))
    >>> piece_of("bytes=0-5000", 1000), piece_of("bytes=0-1,5-6", 1000), piece_of("", 1000), piece_of("bytes=9-1", 1000)
    ((0, 999), None, None, None)
    """
    found = _RANGE.fullmatch(header.replace(" ", ""))
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        first, last = max(0, size - int(found[2])), size - 1
    else:
        first, last = int(found[1]), int(found[2] or size - 1)
        if found[2] and last < first:
            return None
    if first >= size or (not found[1] and found[2].strip("0") == ""):
        raise ValueError(header)
    return first, min(last, size - 1)


def serve(request: HttpRequest, file: Path, *, content_type: str, tag: str) -> HttpResponseBase:
    """Answer GET or HEAD with a file, or the piece asked for, under an address that names its content.

    Args:
        file: it is never changed once it has this name.
        content_type: its media type.
        tag: what tells this content from another, such as its digest.
    """
    size, etag = file.stat().st_size, f'"{tag}"'
    if etag in [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]:
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        asked = request.headers.get("Range", "") if request.headers.get("If-Range", etag) == etag else ""
        response = _answer(request, file, asked, size)
        response.headers["Content-Type"] = content_type
    response.headers["ETag"] = etag
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _answer(request: HttpRequest, file: Path, asked: str, size: int) -> HttpResponseBase:
    try:
        piece = piece_of(asked, size)
    except ValueError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = piece or (0, size - 1)
    lines: Iterator[bytes] = iter(()) if request.method == "HEAD" else _read(file, first, last + 1 - first)
    response = StreamingHttpResponse(lines, status=206 if piece else 200)
    response.headers["Content-Length"] = str(last + 1 - first)
    if piece:
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _read(file: Path, first: int, length: int) -> Iterator[bytes]:
    with file.open("rb") as source:
        source.seek(first)
        while length > 0 and (chunk := source.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
