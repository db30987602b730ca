"""From where a value may come: the small language of `x-source` in forms and `source` of evidence.

One source is written `kind:name@whom:part`:

- `applicant:name`: what the platform knows of who applies (name, national_id, birth_date, tax_code, phone).
- `vault:birth_certificate:child.name`: a value of a valid paper in the applicant's vault.
- `bundle:1.001193:child.name`: an answer, or a result, of another procedure of the same life event.
- `store:social_allowance@applicant:level`: a column of a dataset of the city, by the person.
- `register:person@applicant:address`: what a national register knows; `@father.national_id` names the field of the
  form that holds whom to ask about. A dot in the part walks into lists: `members`.
- `value:Việt Nam`: proposed, and free to be changed.

A condition may follow: `applicant:national_id?requester.relation=mother` counts only with that answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

KINDS: Final = ("applicant", "vault", "bundle", "store", "register", "value")
LOCKED: Final = frozenset({"vault", "bundle", "store", "register"})
ORDER: Final = {"vault": 0, "bundle": 1, "store": 2, "register": 3, "applicant": 4, "value": 5}


@dataclass(frozen=True)
class Source:
    """One place where a value may come from.

    Attributes:
        kind: one of `KINDS`.
        name: the register, the dataset, the type of paper, the procedure; for "value" the value itself.
        whom: "applicant", or the path of the form's field with the id of whom to ask about.
        part: which value of it.
        when: path and answer that it needs; two empty texts for none.
    """

    kind: str
    name: str
    whom: str = "applicant"
    part: str = ""
    when: tuple[str, str] = ("", "")

    @property
    def locks(self) -> bool:
        """Whether what comes from there is kept on the server, and never taken back from a browser."""
        return self.kind in LOCKED

    @property
    def place(self) -> str:
        """Return where it comes from, as somebody agrees to it or refuses it: "register:marriage"."""
        return f"{self.kind}:{self.name}" if self.name and self.kind != "value" else self.kind

    def counts(self, answers: Mapping[str, object]) -> bool:
        """Return whether its condition holds for the answers given so far."""
        path, wanted = self.when
        return not path or str(answers.get(path, "")) == wanted

    def __str__(self) -> str:
        if self.kind in {"value", "applicant"}:
            return f"{self.kind}:{self.name or self.part}"
        whom = "" if self.whom == "applicant" else f"@{self.whom}"
        return f"{self.kind}:{self.name}{whom}" + (f":{self.part}" if self.part else "")


def source(text: str) -> Source:
    """Return the source that a text names.

    Raises:
        ValueError: no such kind, or something is missing.

    >>> source("register:person@father.national_id:name")
    Source(kind='register', name='person', whom='father.national_id', part='name', when=('', ''))
    >>> str(source("register:marriage:spouse_id?requester.relation=mother"))
    'register:marriage:spouse_id'
    """
    kind, colon, rest = text.partition(":")
    if kind not in KINDS or not colon or not rest:
        raise ValueError(f"{text!r} is no source")
    if kind == "value":
        return Source(kind, rest)
    rest, mark, condition = rest.partition("?")
    path, equals, wanted = condition.partition("=")
    if mark and not (path and equals and wanted):
        raise ValueError(f"{text!r} is no source")
    if kind == "applicant":
        return Source(kind, "", "applicant", rest, (path, wanted))
    name, _colon, part = rest.partition(":")
    name, _at, whom = name.partition("@")
    if not name or (kind in {"register", "store"} and not part):
        raise ValueError(f"{text!r} is no source")
    return Source(kind, name, whom or "applicant", part, (path, wanted))


def by_order(texts: tuple[str, ...]) -> tuple[Source, ...]:
    """Return sources in the order in which they are tried: vault, bundle, store, register, then what is proposed.

    Source: issue of procedures, `resolve`; Decree 47/2020 article 9.3.
    """
    return tuple(sorted((source(text) for text in texts), key=lambda each: ORDER[each.kind]))
