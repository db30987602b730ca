"""Data fetched over HTTP: CSV, GeoJSON or JSON in pages, only what is new since the last time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urldefrag, urljoin, urlsplit

import orjson
from django.conf import settings as configured
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huong.base import net
from huong.base.errors import BadInput, TooLarge, Unavailable
from huong.intake.kinds.settings import require, require_choice
from huong.intake.models import Source
from huong.intake.ports import Fetched

if TYPE_CHECKING:
    import httpx

FORMATS = ("csv", "json", "ndjson", "geojson", "xlsx", "parquet", "zip")
PAGING = ("none", "page", "offset", "next", "link")
MAX_PAGES = 10_000
SAMPLE_ROWS = 20
PAGE_BYTES = 64 * 1024 * 1024
_ALLOWED = (
    "format", "paging", "page_param", "size_param", "page_size", "first_page", "next_path", "path",
    "cursor_param", "cursor_field", "headers", "auth_header", "params",
)  # fmt: skip
_LISTS = ("features", "data", "items", "results", "result", "records", "rows", "value")


@dataclass
class _Pages:
    """Writes the rows of pages into one file, and notes the largest value of the cursor field."""

    out: BinaryIO
    cursor_field: str
    rows: int = 0
    newest: str = ""

    def add(self, items: list[Any]) -> None:
        for item in items:
            self.out.write(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE))
            value = _at(item.get("properties", item) if isinstance(item, dict) else None, self.cursor_field)
            self.newest = max(self.newest, str(value)) if value is not None and self.cursor_field else self.newest
        self.rows += len(items)


class Http:
    """Settings: `url`, `format`, `paging` none|page|offset|next|link, and what each of these needs.

    With `cursor_param` and `cursor_field`, only rows beyond the largest value seen are asked for. Without,
    the ETag is sent back, so that an unchanged file is not fetched again. Secrets: `token` (sent as bearer, or in
    the header named by `auth_header`).
    """

    title = gettext_lazy("HTTP")

    def check(self, settings: Mapping[str, Any]) -> None:
        """Refuse settings that cannot work.

        Raises:
            BadInput: with the reason.
        """
        require(settings, needed=("url",), allowed=_ALLOWED)
        require_choice(settings, "format", FORMATS)
        require_choice(settings, "paging", PAGING)
        if urlsplit(str(settings["url"])).scheme not in ("http", "https"):
            raise BadInput(_("The address must begin with https:// or http://."), code="setting_url")
        if settings.get("paging", "none") != "none" and settings.get("format", "json") not in ("json", "geojson"):
            raise BadInput(_("Only JSON and GeoJSON can be fetched in pages."), code="setting_paging")

    def fetch(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Fetch what is new.

        Raises:
            Unavailable: no answer, or an answer that asks to come again later.
            BadInput: an answer that cannot be used.
        """
        kind = source.settings.get("format", "json")
        if kind in ("json", "geojson"):
            return self._in_pages(source, secrets, work)
        return self._whole(source, secrets, work, kind)

    def sample(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        """Fetch the first page (JSON) or the file, so that its columns can be shown."""
        kind = source.settings.get("format", "json")
        if kind not in ("json", "geojson"):
            return self._whole(source, secrets, work, kind)
        response = next(self._responses(source, secrets))
        items = _items(response, str(source.settings.get("path", "")))[:SAMPLE_ROWS]
        to = work / "pages.ndjson"
        to.write_bytes(b"".join(orjson.dumps(item, option=orjson.OPT_APPEND_NEWLINE) for item in items))
        return Fetched(to if items else None, f"{source.name}.ndjson", rows=len(items))

    def finished(self, source: Source, cursor: Mapping[str, Any]) -> None:
        """Do nothing: the server keeps no state for us."""

    def _whole(self, source: Source, secrets: Mapping[str, str], work: Path, kind: str) -> Fetched:
        headers = _headers(source, secrets)
        if source.cursor.get("etag"):
            headers["If-None-Match"] = source.cursor["etag"]
        to = work / "fetched"
        with net.stream(source.settings["url"], headers=headers, params=_params(source)) as response:
            if response.status_code == HTTPStatus.NOT_MODIFIED:
                return Fetched(cursor=dict(source.cursor))
            _require_ok(response)
            _save(response, to)
            etag = response.headers.get("ETag", "")
        name = Path(urlsplit(source.settings["url"]).path).name or f"data.{kind}"
        return Fetched(to, name if "." in name else f"{name}.{kind}", {"etag": etag} if etag else {})

    def _in_pages(self, source: Source, secrets: Mapping[str, str], work: Path) -> Fetched:
        to = work / "pages.ndjson"
        with to.open("wb") as out:
            pages = _Pages(out, str(source.settings.get("cursor_field", "")))
            etag = ""
            for response in self._responses(source, secrets):
                if response.status_code == HTTPStatus.NOT_MODIFIED:
                    return Fetched(cursor=dict(source.cursor))
                etag = etag or response.headers.get("ETag", "")
                pages.add(_items(response, str(source.settings.get("path", ""))))
                if out.tell() > configured.HUONG.upload_mb * 1024 * 1024:
                    raise TooLarge(_("The source gave more than may be taken in at once."))
        if not pages.rows:
            return Fetched(cursor=dict(source.cursor))
        cursor: dict[str, Any] = {"etag": etag} if etag and source.settings.get("paging", "none") == "none" else {}
        if pages.newest:
            cursor["newest"] = max(pages.newest, str(source.cursor.get("newest", "")))
        return Fetched(to, f"{source.name}.ndjson", cursor, rows=pages.rows)

    def _responses(self, source: Source, secrets: Mapping[str, str]) -> "Iterator[httpx.Response]":
        """Return the answers page by page, until one has no successor."""
        settings, headers = source.settings, _headers(source, secrets)
        if source.cursor.get("etag") and settings.get("paging", "none") == "none":
            headers["If-None-Match"] = source.cursor["etag"]
        url, params = str(settings["url"]), _params(source)
        number = int(settings.get("first_page", 0 if settings.get("paging") == "offset" else 1))
        for _page in range(MAX_PAGES):
            asked = {**params, **_place(settings, number)}
            response = net.get(url, headers=headers, params=asked, max_bytes=PAGE_BYTES)
            if response.status_code != HTTPStatus.NOT_MODIFIED:
                _require_ok(response)
            yield response
            following = self._following(settings, response, url, number)
            if following is None:
                return
            url, number = following
            params = params if settings.get("paging") in ("page", "offset") else {}
        raise BadInput(_("The source has more than %(most)s pages.") % {"most": MAX_PAGES}, code="too_many_pages")

    def _following(
        self, settings: Mapping[str, Any], response: "httpx.Response", url: str, number: int
    ) -> tuple[str, int] | None:
        """Return address and number of the next page, or None after the last."""
        paging = settings.get("paging", "none")
        if paging == "none" or response.status_code == HTTPStatus.NOT_MODIFIED:
            return None
        if paging == "link":
            link = response.links.get("next", {}).get("url")
            return (_same_host(url, str(link)), number) if link else None
        if paging == "next":
            following = _at(_json(response), str(settings.get("next_path", "next")))
            return (_same_host(url, str(following)), number) if following else None
        count = len(_items(response, str(settings.get("path", ""))))
        size = int(settings.get("page_size", 100))
        if count == 0 or (count < size and "page_size" in settings):
            return None
        return url, number + (count if paging == "offset" else 1)


def _place(settings: Mapping[str, Any], number: int) -> dict[str, str]:
    paging = settings.get("paging", "none")
    place = {}
    if paging in ("page", "offset"):
        place[str(settings.get("page_param", paging))] = str(number)
    if settings.get("size_param"):
        place[str(settings["size_param"])] = str(settings.get("page_size", 100))
    return place


def _headers(source: Source, secrets: Mapping[str, str]) -> dict[str, str]:
    headers = {str(name): str(value) for name, value in (source.settings.get("headers") or {}).items()}
    if secrets.get("token"):
        named = source.settings.get("auth_header")
        headers[str(named or "Authorization")] = secrets["token"] if named else f"Bearer {secrets['token']}"
    if not all(text.isascii() and text.isprintable() for pair in headers.items() for text in pair):
        raise BadInput(_("A header or the token holds letters that HTTP cannot send."), code="setting_headers")
    return headers


def _params(source: Source) -> dict[str, str]:
    params = {str(name): str(value) for name, value in (source.settings.get("params") or {}).items()}
    if source.settings.get("cursor_param") and source.cursor.get("newest"):
        params[str(source.settings["cursor_param"])] = str(source.cursor["newest"])
    return params


def _require_ok(response: "httpx.Response") -> None:
    code = response.status_code
    if code in (408, 425, 429) or code >= 500:
        raise Unavailable(_("The source answered %(code)s: it asks to come again later.") % {"code": code})
    if code in (401, 403):
        raise BadInput(
            _("The source refused our credentials (%(code)s). Please renew them.") % {"code": code},
            code="source_refused",
        )
    if code != HTTPStatus.OK:
        raise BadInput(_("The source answered %(code)s instead of data.") % {"code": code}, code="source_answer")


def _save(response: "httpx.Response", to: Path) -> None:
    most, size = configured.HUONG.upload_mb * 1024 * 1024, 0
    announced = response.headers.get("Content-Length")
    with to.open("wb") as out:
        for chunk in net.chunks_of(response):
            size += len(chunk)
            if size > most:
                raise TooLarge(_("The source gave more than may be taken in at once."))
            out.write(chunk)
    if announced and not response.headers.get("Content-Encoding") and size != int(announced):
        raise Unavailable(_("The source broke off in the middle. It will be asked again."))


def _json(response: "httpx.Response") -> Any:
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise BadInput(_("The source did not answer with JSON."), code="source_not_json") from error


def _items(response: "httpx.Response", path: str) -> list[Any]:
    """Return the list in an answer: at a path with dots, or where lists usually stand."""
    found = _json(response)
    if path:
        found = _at(found, path)
    elif isinstance(found, dict):
        found = next((found[name] for name in _LISTS if isinstance(found.get(name), list)), None)
    if not isinstance(found, list):
        raise BadInput(_("The source's answer holds no list of rows."), code="source_no_list")
    return found


def _at(value: Any, path: str) -> Any:
    for step in filter(None, path.split(".")):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _same_host(url: str, following: str) -> str:
    """Return the next page's address; one on another host is refused, since our token would go there.

    Raises:
        BadInput: another host.
    """
    full = urljoin(url, following)
    if urlsplit(full)[:2] != urlsplit(url)[:2]:
        raise BadInput(
            _("The source's next page lies on another host, which is not followed."), code="source_redirects"
        )
    return urldefrag(full).url
