"""Names of files that are safe to keep, show and hand out again. Pure functions."""

import re
import unicodedata

LONGEST_NAME = 120
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_UNSAFE = re.compile(r'[<>:"|?*]')
_SPACES = re.compile(r"\s+")


def safe_name(name: str) -> str:
    r"""Return a file's name without folders, control characters, hidden direction marks and reserved words.

    >>> safe_name("C:\\Users\\An\\Cây xanh.csv")
    'Cây xanh.csv'
    >>> safe_name("../../etc/passwd")
    'passwd'
    >>> safe_name("invoice\u202egpj.exe"), safe_name("..."), safe_name("CON.csv")
    ('invoicegpj.exe', 'file', '_CON.csv')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(each for each in last if each.isspace() or not unicodedata.category(each).startswith("C"))
    clean = _UNSAFE.sub("_", _SPACES.sub(" ", shown)).strip(" .")
    if not clean:
        return "file"
    if clean.split(".")[0].lower() in _RESERVED:
        clean = f"_{clean}"
    return _shortened(clean)


def _shortened(name: str) -> str:
    """Cut the middle of a long name; its ending stays."""
    if len(name) <= LONGEST_NAME:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:LONGEST_NAME].rstrip(" .")
    return f"{stem[: LONGEST_NAME - len(ending) - 1].rstrip(' .')}.{ending}"
