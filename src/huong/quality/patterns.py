"""What can be told of a contract's pattern without running it, so that a row is looked at once. Pure functions."""

import re
from collections.abc import Iterable

_ATOM = r"[A-Za-z0-9_/:;,@#=%&~!<>-]|\\d|\\[./\-+()]|\[(?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9_/.,:]|\\d)+\]"
_ASCII = re.compile(rf"(?:(?:{_ATOM}|\(\?:|[()|])(?:[?*+]|\{{\d+(?:,\d*)?\}})?)+")
_FIXED = re.compile(
    r"(\\d|\\[./\-+()]|\[(?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9])+\]|[A-Za-z0-9_/:;,@#=-])(?:\{(\d{1,2})\})?"
)
LONGEST_GLOB = 200


def glob_of(pattern: str) -> str | None:
    r"""Return a GLOB that fits the very same texts as a pattern of fixed length, which costs half; else None.

    >>> glob_of(r"PA-\d{3}"), glob_of(r"[35]\d"), glob_of(r"\d+")
    ('PA-[0-9][0-9][0-9]', '[35][0-9]', None)
    """
    parts, at = [], 0
    while at < len(pattern):
        found = _FIXED.match(pattern, at)
        if found is None:
            return None
        atom = {r"\d": "[0-9]"}.get(found[1], found[1].removeprefix("\\"))
        parts.append(atom * int(found[2] or 1))
        at = found.end()
    glob = "".join(parts)
    return glob if glob and len(glob) <= LONGEST_GLOB else None


def is_tidy(pattern: str, nothing: Iterable[str]) -> bool:
    r"""Return whether every text that fits a pattern is tidy and no placeholder: what fits needs no second look.

    Args:
        nothing: the placeholders, in small letters.

    >>> is_tidy(r"PA-\d{9}", ["", "n/a"]), is_tidy(r"[A-Z/]+", ["n/a"]), is_tidy(r".*", [])
    (True, False, False)
    """
    if not _ASCII.fullmatch(pattern) or "(?" in pattern.replace("(?:", ""):
        return False
    try:
        compiled = re.compile(pattern, re.IGNORECASE)
    except re.error:
        return False
    return not any(compiled.fullmatch(word) for word in ("", *nothing))
