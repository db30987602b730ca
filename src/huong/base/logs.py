"""Structured logs: one JSON object a line, with the request's id, never a query string or a one-time link."""

import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

import orjson

_LINK = re.compile(r"(/join/)[\w-]+")  # a one-time link opens an account to whoever reads it
_request: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """Return the id of the request being served, or an empty text outside one."""
    return _request.get()


def set_request_id(value: str) -> None:
    """Remember the id of the request being served on this thread."""
    _request.set(value)


class LineFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if found := request_id():
            line["request"] = found
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return _LINK.sub(r"\1…", orjson.dumps(line).decode())
