"""What goes in and out of the API of field reports."""

from datetime import datetime
from typing import Any

from ninja import Field, Schema
from pydantic import BaseModel

from huong.reports import queries
from huong.reports.models import Report
from huong.reports.queries import cards
from huong.reports.queries.lists import SHOWN


class DraftIn(Schema):
    """What somebody wants to send; only words or a photo are compulsory."""

    text: str = Field("", max_length=12_000)
    category: str = Field("", max_length=60)
    lon: float | None = None
    lat: float | None = None
    unit: str = Field("", max_length=200)
    place: str = Field("", max_length=600)
    photos: list[str] = Field(default_factory=list, max_length=100)
    name: str = Field("", max_length=300)
    phone: str = Field("", max_length=60)
    mail: str = Field("", max_length=300)
    lang: str = Field("vi", max_length=8)
    asks: dict[str, str] = Field(default_factory=dict)


class RescueIn(DraftIn):
    """A request for rescue; nothing is compulsory."""

    facts: dict[str, str | int] = Field(default_factory=dict)


class SentOut(BaseModel):
    """The receipt: number, private link, and when it must be answered."""

    number: str
    link: str
    repeated: bool
    received_at: datetime
    state: str
    state_name: str
    due_at: datetime | None
    promise: str


class PhotoOut(BaseModel):
    """A photo that waits for its report."""

    id: str
    width: int
    height: int


class CategoryOut(BaseModel):
    """A category, with what is asked for it."""

    key: str
    name: str
    name_en: str
    parent: str
    public: bool
    danger: bool
    hint: str
    hint_en: str
    icon: str
    questions: list[dict[str, Any]]


class ReportOut(BaseModel):
    """A report as everybody sees it."""

    number: str
    title: str
    state: str
    state_name: str
    is_open: bool
    category: str
    category_name: str
    unit: str
    place: str
    lon: float | None
    lat: float | None
    agency: str
    received_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    late: bool
    followers: int
    photos: int
    rating: str


class WorkOut(ReportOut):
    """A report as an officer sees it in a list."""

    version: int
    priority: int
    channel: str
    assignee: str
    hop_due_at: datetime | None
    late3_at: datetime | None
    waiting: bool
    escalated: int
    is_public: bool
    lang: str


class WordsOut(BaseModel):
    """Words of a moment."""

    id: int
    kind: str
    text: str
    public: bool
    covered: str
    edited: bool


class MomentOut(BaseModel):
    """One thing in the story."""

    at: datetime
    event: str
    agency: str
    by: str
    facts: dict[str, Any]
    words: list[WordsOut]
    photos: list[str]


class StoryOut(BaseModel):
    """A report with its story."""

    report: WorkOut
    story: list[MomentOut]
    promise: str
    parent: str
    children: list[str]
    merged_into: str
    moves: list[str]
    asks: dict[str, str]


class PublicStoryOut(BaseModel):
    """A report with its story, as everybody or its sender sees it."""

    report: ReportOut
    story: list[MomentOut]
    promise: str
    merged_into: str


class PageOut(BaseModel):
    """One page of public reports."""

    reports: list[ReportOut]
    next: str | None


class WorkPageOut(BaseModel):
    """One page of an officer's list."""

    reports: list[WorkOut]
    next: str | None


class ListQuery(Schema):
    """What a list of public reports is asked for."""

    unit: str = ""
    category: str = ""
    is_open: bool | None = None
    since: datetime | None = None
    text: str = ""
    after: str | None = None
    size: int = 50


class WorkQuery(Schema):
    """What an officer's list is asked for; see `Wanted` in docs/reports.md. `state`: keys with commas."""

    scope: str = "agency"
    state: str = ""
    is_open: bool | None = True
    category: str = ""
    unit: str = ""
    agency: str = ""
    channel: str = ""
    priority: int | None = None
    bucket: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    order: str = "due"
    after: str | None = None
    size: int = 50


class SizeQuery(Schema):
    """Which size of a photo."""

    small: bool = False


class EraseQuery(Schema):
    """Whether the other reports of the same contact are meant too."""

    all_of_them: bool = False


class SuggestBody(Schema):
    """Words and a place, for suggestions before sending. Sent as a body: words of persons stand in no address."""

    text: str = Field("", max_length=12_000)
    category: str = ""
    lon: float | None = None
    lat: float | None = None
    unit: str = Field("", max_length=200)


class SimilarOut(BaseModel):
    """A report that may be the same matter."""

    report: ReportOut
    metres: float | None
    score: float


class SuggestOut(BaseModel):
    """Suggested categories with a share of 0 to 1, and what may be the same matter."""

    categories: list[tuple[str, float]]
    similar: list[SimilarOut]


class ReplyBody(Schema):
    """The citizen's words."""

    text: str = Field("", max_length=12_000)
    photos: list[str] = Field(default_factory=list, max_length=100)


class RatingIn(Schema):
    """The citizen's opinion of the answer."""

    level: str
    answers: list[str] = Field(default_factory=list, max_length=20)
    text: str = Field("", max_length=12_000)
    reopen: bool = False


class CodeIn(Schema):
    """A code that was sent."""

    code: str = Field(max_length=20)


class MailBody(Schema):
    """A mail address."""

    mail: str = Field("", max_length=300)


class MoveIn(Schema):
    """What a move needs; which of it depends on the move (docs/reports.md)."""

    version: int | None = None
    text: str | None = Field(None, max_length=12_000)
    to: str | int | None = None
    into: str | None = None
    parent: str | None = None
    category: str | None = None
    priority: int | None = None
    public: bool | None = None
    receiver: int | None = None
    photos: list[str] | None = None
    words_id: int | None = None
    photo: str | None = None
    lon: float | None = None
    lat: float | None = None
    unit: str | None = None
    place: str | None = None


class BulkIn(Schema):
    """One move on many reports."""

    numbers: list[str] = Field(max_length=500)
    verb: str
    move: MoveIn = Field(default_factory=lambda: MoveIn.model_validate({}))


class OutcomeOut(BaseModel):
    """What became of a move on many."""

    uid: str
    done: list[str]
    refused: list[tuple[str, str]]


class PurposeIn(Schema):
    """Why personal data are needed."""

    purpose: str = Field(max_length=400)


class RuleIn(Schema):
    """The content of a rule, and the version looked at."""

    body: dict[str, Any]
    version: int | None = None


class RuleOut(BaseModel):
    """A version of a rule."""

    kind: str
    key: str
    version: int
    body: dict[str, Any]
    valid_from: datetime
    valid_to: datetime | None


class PreviewOut(BaseModel):
    """What a change would do."""

    in_force: int
    open_reports: int
    waiting: int
    moved: list[tuple[str, str, str, str, int]]


def shown(report: Report, *, coarse: bool = True) -> dict[str, Any]:
    """Return a report as everybody sees it; the place only roughly where its category says so."""
    lon, lat, place = cards.seen_place(report) if coarse else (report.lon, report.lat, report.place)
    return {
        "number": report.number,
        "title": report.title,
        "state": report.state,
        "state_name": queries.state_name(report.state),
        "is_open": report.is_open,
        "category": report.category,
        "category_name": queries.category_name(report.category),
        "unit": report.unit,
        "place": place,
        "lon": lon,
        "lat": lat,
        "agency": report.agency,
        "received_at": report.received_at,
        "accepted_at": report.accepted_at,
        "due_at": report.due_at,
        "closed_at": report.closed_at,
        "late": queries.is_late(report),
        "followers": report.followers,
        "photos": report.photos_count,
        "rating": report.rating,
    }


WORKED = (
    *SHOWN, "version", "priority", "channel", "hop_due_at", "late3_at", "left_us", "escalated", "is_public", "lang",
    "assignee__full_name", "assignee__username",
)  # fmt: skip


def worked(report: Report) -> dict[str, Any]:
    """Return a report as an officer sees it in a list."""
    return shown(report, coarse=False) | {
        "version": report.version,
        "priority": report.priority,
        "channel": report.channel,
        "assignee": str(report.assignee or ""),
        "hop_due_at": report.hop_due_at,
        "late3_at": report.late3_at,
        "waiting": report.left_us is not None,
        "escalated": report.escalated,
        "is_public": report.is_public,
        "lang": report.lang,
    }
