"""Fields and endpoints of a service as an officer writes them, one a line."""

from django.utils.translation import gettext as _

from huong.base.errors import BadInput
from huong.exchange.rules.grants import SENSITIVITIES

METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


def fields(text: str) -> list[dict[str, str]]:
    """Return fields from lines "name; title; plain, personal or sensitive"; sensitive ones name a person.

    >>> fields("plate; Biển số; plain")
    [{'name': 'plate', 'title': 'Biển số', 'sensitivity': 'plain'}]

    Raises:
        BadInput: a line is not of this shape; the sentence names it.
    """
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, title, sensitivity, *more = [*(part.strip() for part in line.split(";")), "", "", ""]
        sensitivity = sensitivity or "plain"
        if not name or " " in name or any(more) or sensitivity not in SENSITIVITIES:
            raise BadInput(_("This line is not “name; title; plain, personal or sensitive”: %(line)s") % {"line": line})
        facts = {"name": name, "title": title or name, "sensitivity": sensitivity}
        found.append(facts | ({"person": "yes"} if sensitivity == "sensitive" else {}))
    return found


def endpoints(text: str) -> list[dict[str, str]]:
    """Return endpoints from lines "METHOD /path; what it does"; `*` stands for one segment.

    >>> endpoints("get /find; Look up")
    [{'method': 'GET', 'path': '/find', 'summary': 'Look up'}]

    Raises:
        BadInput: a line is not of this shape; the sentence names it.
    """
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        asked, _semicolon, summary = line.partition(";")
        method, _space, path = asked.strip().partition(" ")
        if method.upper() not in METHODS or not path.strip().startswith("/") or " " in path.strip():
            raise BadInput(_("This line is not “METHOD /path; what it does”: %(line)s") % {"line": line})
        found.append({"method": method.upper(), "path": path.strip(), "summary": summary.strip()})
    return found
