"""What people of the demonstration did lately, by the same verbs as everybody: values disputed, results read and signed."""

from datetime import datetime, time, timedelta
from itertools import cycle
from typing import Final

from huong.base import calendar, clock
from huong.people import queries as people
from huong.people.models import Post
from huong.procedures.actions import corrections, disrupting, drafting, proposing, signing
from huong.procedures.actions.acting import citizen
from huong.procedures.errors import FormFaults
from huong.procedures.models import Component, Correction, Disruption, Dossier, Result

MOST_DISPUTED, DECIDED = 7, 3
SIGNED, SIGNED_BY_DEPUTY, RETURNED = 4, 1, 1
WRONG_PLACES: Final = (("address", "15/2 Nguyễn Huệ"), ("name", "Lê Thị Ngọc Ánh"))
ANSWERS: Final = (
    (True, "Cơ quan quản lý đã sửa dữ liệu theo giấy tờ bạn gửi. Cảm ơn bạn đã báo."),
    (
        False,
        "Chúng tôi đã đối chiếu hồ sơ gốc: dữ liệu hiện có là đúng. Mời bạn liên hệ bộ phận một cửa nếu cần xem bản gốc.",
    ),
    (True, "Đã cập nhật nơi cư trú mới của bạn. Xin lỗi vì sự chậm trễ."),
)
FLOOD, FLOOD_EN = "Mưa lớn, đường vào trụ sở bị ngập", "Heavy rain, the road to the office was under water"
FLOOD_TEXT: Final = "Thông báo số 118/TB-UBND của Ủy ban nhân dân phường (minh họa)"
RETURN_WORDS: Final = "Tên trên bản dự thảo chưa khớp với giấy tờ gửi kèm. Đề nghị kiểm tra lại rồi trình."


def dispute() -> None:
    """Let some people say that a register is wrong about them; the office has answered a few. Nothing if some did."""
    if Correction.objects.exists():
        return
    for number, (dossier, part, right) in enumerate(_wrong_values()):
        at = dossier.created_at + timedelta(minutes=20)
        with clock.freeze(at):
            case = corrections.dispute(dossier.uid, part.key, right, actor=citizen(None))
        with clock.freeze(at + timedelta(minutes=8)):
            _send(dossier)
        officer = next(iter(people.holders(case.owner, "officer")), None)
        answered = _in_office(at)
        if number < DECIDED and officer is not None and answered < clock.now():
            corrected, words = ANSWERS[number % len(ANSWERS)]
            with clock.freeze(answered):
                corrections.decide(case.uid, corrected=corrected, answer=words, by=officer)


def _in_office(at: datetime) -> datetime:
    return calendar.add_working_hours(at, 6)


def _wrong_values() -> list[tuple[Dossier, Component, str]]:
    """Return drafts of offices that have people here, newest first, each with a value of a register and what is right."""
    drafts = Dossier.objects.filter(state="draft", agency__in=_manned()).order_by("-created_at", "-id")
    kinds = cycle(WRONG_PLACES)
    found: list[tuple[Dossier, Component, str]] = []
    for dossier in drafts:
        name, right = next(kinds)
        held = dossier.parts.filter(kind="field", locked=True, source__startswith="register:")
        part = held.filter(key__endswith=f".{name}").order_by("id").first()
        if part is not None:
            found.append((dossier, part, right))
        if len(found) == MOST_DISPUTED:
            break
    return found[::-1]


def _manned() -> list[str]:
    return [post.agency.code for post in people.demonstration_posts()]


def _send(dossier: Dossier) -> None:
    try:
        drafting.submit(dossier.uid, actor=citizen(None))
    except FormFaults:  # she has not filled in everything yet
        return


def rest() -> None:
    """Let the first leader of a ward say that its office was cut off for two days last week. Nothing if one was."""
    leaders = (post for post in people.demonstration_posts() if post.role == "leader" and post.agency.tier == "ward")
    post = next(leaders, None)
    if post is None or post.agency.unit is None or Disruption.objects.exists():
        return
    begin = datetime.combine(clock.today() - timedelta(days=9), time(7), clock.zone())
    with clock.freeze(begin):
        disrupting.declare(
            name=FLOOD, name_en=FLOOD_EN, mode="stop", starts_at=begin, ends_at=begin + timedelta(hours=34),
            legal_text=FLOOD_TEXT, units=[post.agency.unit.code], by=post.user,
        )  # fmt: skip


def sign() -> None:
    """Let leaders sign and give back a few of what was laid before them; most still waits. Nothing if some are signed."""
    if Result.objects.exclude(state="proposed").exists():
        return
    for post in people.demonstration_posts():
        if post.role == "leader":
            _signed(post)


def _signed(post: Post) -> None:
    waiting = Result.objects.filter(state="proposed", dossier__state="signing", agency=post.agency.code)
    rows = list(waiting.select_related("dossier").order_by("-dossier__procedure", "proposed_at", "id"))
    few = rows[: min(SIGNED + SIGNED_BY_DEPUTY + RETURNED, len(rows) // 3)]
    for number, row in enumerate(few):
        by = post.deputy if post.deputy and number == SIGNED else post.user
        at = row.proposed_at + timedelta(minutes=10 + number)
        with clock.freeze(at):
            proposing.open_result(row.verify_code, by=by)
        with clock.freeze(at + timedelta(minutes=2)):
            if number < SIGNED + SIGNED_BY_DEPUTY:
                signing.sign(row.dossier.uid, by=by)
            else:
                proposing.return_for_work(row.dossier.uid, words=RETURN_WORDS, by=by)
