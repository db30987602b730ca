"""What a procedure is, as plain values: what it asks, from where that may come, how it runs, what comes out.

A version of a procedure is one document (`models.ProcedureVersion.body`); a dossier keeps the version of its day.
Source: Decree 63/2010 article 8.2 (parts of a procedure's record); Decree 61/2018 articles 17 to 20 (its flow).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from huong.base.shapes import built

MEASURES: Final = ("same_day", "half_days", "working_days", "working_hours", "calendar_days")
TIERS: Final = ("ward", "city")
LEVELS: Final = ("full", "partial", "information")  # how far it can be done online
AUDIENCES: Final = ("person", "organisation")


@dataclass(frozen=True)
class Limit:
    """How long the office has (thời hạn giải quyết).

    Attributes:
        amount: how many; for "same_day" it is 0.
        measure: one of `MEASURES`.
        note: what the law adds, shown to people.
    """

    amount: float = 0
    measure: str = "working_days"
    note: str = ""
    note_en: str = ""


@dataclass(frozen=True)
class Fee:
    """One fee (phí, lệ phí), in whole đồng, with the day on which it was true and where that stands.

    Attributes:
        amount: at the counter.
        online: if it was applied for online; None for the same.
        per: "dossier", or the path of a number in the form ("copies").
    """

    key: str
    name: str
    name_en: str
    amount: int
    online: int | None = None
    per: str = "dossier"
    as_of: date | None = None
    source: str = ""


@dataclass(frozen=True)
class Step:
    """One step of the work inside (bước), with a clock of its own; 0 days for none."""

    key: str
    name: str
    name_en: str
    days: float = 0
    role: str = "officer"


@dataclass(frozen=True)
class Accepted:
    """One kind of evidence that a requirement takes (giấy tờ chấp nhận), the best first.

    Attributes:
        type: the type of evidence: "birth_notice", "land_certificate".
        source: from where it may come without the citizen: a source as in a form; empty for a paper of hers.
    """

    type: str
    name: str
    name_en: str
    source: str = ""


@dataclass(frozen=True)
class Requirement:
    """A part of a dossier that is no field (thành phần hồ sơ): something that must be known or seen.

    Attributes:
        when: conditions on the form, path to value; it is asked for only if all hold.
        original: whether the original must be seen at the counter.
        later: whether she may send without it, because whoever issues it passes it on later.
    """

    key: str
    name: str
    name_en: str
    accepts: tuple[Accepted, ...]
    required: bool = True
    when: Mapping[str, Any] = field(default_factory=dict)
    copies: int = 1
    original: bool = False
    later: bool = False
    hint: str = ""
    hint_en: str = ""


@dataclass(frozen=True)
class Offer:
    """Another procedure that is offered in the same application (thủ tục đề nghị làm cùng), for some answers."""

    procedure: str
    when: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """One line of the checklist beside which a leader signs (mục kiểm tra)."""

    key: str
    name: str
    name_en: str


@dataclass(frozen=True)
class ResultKind:
    """What comes out (kết quả): a signed document, and at once evidence for the next dossier.

    Attributes:
        type: the type of evidence it becomes in the vault.
        fields: paths of the form that the document and the credential say.
        subject: whose it is: "applicant", or the path of a personal id in the form.
        valid_days: how long; 0 for ever.
    """

    key: str
    name: str
    name_en: str
    type: str
    fields: tuple[str, ...] = ()
    subject: str = "applicant"
    valid_days: int = 0
    number: str = ""


@dataclass(frozen=True)
class Consult:
    """An agency that is usually asked (lấy ý kiến), and how long it has."""

    agency: str
    days: float
    name: str
    name_en: str


@dataclass(frozen=True)
class FlowRule:
    """How this procedure narrows the usual flow (quy trình): it may take away and rename, never add side doors.

    Attributes:
        without: verbs that are not used.
        pauses: states in which its clock stands besides the usual ones.
        names: other names of states, by state and language.
    """

    without: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Proactive:
    """For whom a dossier is prepared ahead, so that she only confirms (dịch vụ công chủ động); nobody if it is empty.

    Attributes:
        age_from: persons of this age and above, by their birth date.

    Source: Decree 224/2026 articles 16 and 17 (level 2: the dossier is prepared, the person confirms or says no).
    """

    age_from: int = 0


@dataclass(frozen=True)
class Document:
    """A procedure as one version of it says (thủ tục hành chính).

    Attributes:
        agency: "unit" for the People's Committee of the ward or commune chosen, else an agency's code.
        audience: who may apply, from `AUDIENCES`.
        form: a JSON Schema (2020-12); `rules.fields` says which keys of ours it may carry.
        events: life events of the finder in which it helps.
        consent: sources for which the law asks an explicit request first.
        proactive: for whom a dossier is prepared ahead; empty for nobody.
        reads: by register, the attributes of other persons that this purpose may see.
        offers: other procedures offered in the same application.
    """

    code: str
    name: str
    name_en: str
    domain: str
    tier: str
    limit: Limit
    agency: str = "unit"
    level: str = "full"
    summary: str = ""
    summary_en: str = ""
    audience: tuple[str, ...] = ("person",)
    as_of: date | None = None
    legal_basis: tuple[str, ...] = ()
    fees: tuple[Fee, ...] = ()
    steps: tuple[Step, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    results: tuple[ResultKind, ...] = ()
    checks: tuple[Check, ...] = ()
    consults: tuple[Consult, ...] = ()
    flow: FlowRule = FlowRule()
    form: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    proactive: Proactive = Proactive()
    offers: tuple[Offer, ...] = ()
    cutoff: str = "15:00"


def document(body: Mapping[str, Any]) -> Document:
    """Return the procedure that a document of the city's folder describes.

    Raises:
        ValueError: a field is strange, missing or of another kind, or a choice is none of the allowed ones.
    """
    made = built(Document, body)
    for value, allowed, what in (
        (made.tier, TIERS, "tier"),
        (made.level, LEVELS, "level"),
        (made.limit.measure, MEASURES, "measure"),
    ):
        if value not in allowed:
            raise ValueError(f"{value!r} is no {what} ({', '.join(allowed)})")
    if strange := [one for one in made.audience if one not in AUDIENCES]:
        raise ValueError(f"{strange[0]!r} is no audience")
    return made
