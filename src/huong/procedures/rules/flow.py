"""The flow of a dossier: its states, and which verb leads from where to where, by whom. A version may only narrow it.

Source: states as OpenCPS and Circular 22/2019 appendix I name them; moves from Decree 61/2018 articles 17 to 20.
"""

from dataclasses import dataclass
from typing import Final

from huong.base.text import noop
from huong.procedures.rules.nouns import FlowRule

CITIZEN, OFFICER, PLATFORM = "citizen", "officer", "platform"


@dataclass(frozen=True)
class State:
    """Where a dossier stands (trạng thái).

    Attributes:
        phase: "draft", "open" (the office works), "waiting" (somebody else must do something), "done".
        running: whether its clock runs.
    """

    key: str
    name: str
    phase: str
    running: bool = False


STATES: Final[dict[str, State]] = {
    state.key: state
    for state in (
        State("draft", noop("draft"), "draft"),
        State("submitted", noop("sent, not yet accepted"), "open"),
        State("supplement_wanted", noop("something is missing"), "waiting"),
        State("accepted", noop("accepted"), "open", running=True),
        State("in_progress", noop("being worked on"), "open", running=True),
        State("consulting", noop("another office is asked"), "open", running=True),
        State("on_hold", noop("on hold"), "waiting"),
        State("fee_due", noop("fee to be paid"), "waiting"),
        State("signing", noop("waiting for signature"), "open", running=True),
        State("decided", noop("result ready"), "open"),
        State("correcting", noop("result being corrected"), "open"),
        State("delivered", noop("result handed over"), "done"),
        State("refused", noop("refused"), "done"),
        State("withdrawn", noop("withdrawn"), "done"),
    )
}
OPEN: Final = frozenset(key for key, state in STATES.items() if state.phase in {"open", "waiting"})


@dataclass(frozen=True)
class Move:
    """One verb (bước chuyển).

    Attributes:
        sources: states from which it is allowed.
        target: the state after; empty if it stays, "back" for where the dossier came from.
        who: "citizen", "officer" or "platform"; several may be allowed.
        power: what an officer needs in the dossier's agency.
        words: whether words are needed.
        reasons: whether at least one field or paper must be named.
    """

    verb: str
    sources: frozenset[str]
    target: str
    who: frozenset[str]
    power: str = ""
    words: bool = False
    reasons: bool = False


def _move(
    verb: str, sources: str, target: str, who: str, power: str = "", *, words: bool = False, reasons: bool = False
) -> Move:
    return Move(verb, frozenset(sources.split()), target, frozenset(who.split()), power, words, reasons)


RECEIVE, HANDLE, SIGN, READ = "procedures.receive", "procedures.handle", "procedures.sign", "procedures.read"
AT_WORK: Final = "accepted in_progress"
MOVES: Final[dict[str, Move]] = {
    move.verb: move
    for move in (
        _move("submit", "draft", "submitted", "citizen officer platform", RECEIVE),
        _move(
            "request_supplement", f"submitted {AT_WORK}", "supplement_wanted", "officer", RECEIVE, words=True, reasons=True
        ),
        _move("supply", "supplement_wanted", "back", "citizen officer", RECEIVE),
        _move("accept", "submitted", "accepted", "officer platform", RECEIVE),
        _move("refuse", f"submitted {AT_WORK} signing", "refused", "officer", HANDLE, words=True, reasons=True),
        _move("start", "accepted", "in_progress", "officer", HANDLE),
        _move("assign", f"submitted {AT_WORK} consulting on_hold signing supplement_wanted fee_due decided", "", "officer", HANDLE),
        _move("hand_over", f"submitted {AT_WORK}", "", "officer", HANDLE, words=True),
        _move("undo", f"submitted {AT_WORK} consulting on_hold signing supplement_wanted fee_due decided", "", "officer", HANDLE),
        _move("consult", f"{AT_WORK} consulting", "consulting", "officer", HANDLE, words=True),
        _move("answer_consultation", "consulting", "back", "officer", HANDLE, words=True),
        _move("suspend", AT_WORK, "on_hold", "officer", HANDLE, words=True),
        _move("resume", "on_hold", "back", "officer platform", HANDLE),
        _move("extend", f"{AT_WORK} consulting signing", "", "officer", HANDLE, words=True),
        _move("require_fee", f"submitted {AT_WORK}", "fee_due", "officer platform", RECEIVE),
        _move("pay", "fee_due", "back", "citizen officer platform", RECEIVE),
        _move("verify", f"submitted {AT_WORK} consulting signing", "", "officer platform", HANDLE),
        _move("note", f"submitted {AT_WORK} consulting on_hold signing supplement_wanted fee_due decided correcting", "", "officer", READ, words=True),
        _move("propose", f"{AT_WORK} correcting", "signing", "officer", HANDLE),
        _move("return_for_work", "signing", "in_progress", "officer", SIGN, words=True),
        _move("decide", "signing", "decided", "officer", SIGN),
        _move("deliver", "decided", "delivered", "officer platform citizen", RECEIVE),
        _move("discard", "draft", "withdrawn", "citizen officer platform", RECEIVE),
        _move("withdraw", f"submitted {AT_WORK} supplement_wanted on_hold fee_due", "withdrawn", "citizen officer", RECEIVE),
        _move("correct", "decided delivered", "correcting", "officer", HANDLE, words=True),
        _move("keep", "correcting in_progress", "", "officer", HANDLE, words=True),
        _move("rate", "decided delivered refused", "", "citizen"),
    )
}  # fmt: skip


def moves_of(rule: FlowRule) -> dict[str, Move]:
    """Return the moves of a version.

    Raises:
        ValueError: it takes away a verb that does not exist, or one without which no dossier can end.
    """
    if strange := [verb for verb in rule.without if verb not in MOVES]:
        raise ValueError(f"{strange[0]!r} is no verb")
    if needed := [verb for verb in rule.without if verb in {"submit", "accept", "refuse", "withdraw"}]:
        raise ValueError(f"{needed[0]!r} cannot be taken away")
    return {verb: move for verb, move in MOVES.items() if verb not in rule.without}


def runs(state: str, rule: FlowRule) -> bool:
    """Return whether the clock runs in a state, for a version.

    >>> runs("in_progress", FlowRule()), runs("consulting", FlowRule(pauses=("consulting",)))
    (True, False)
    """
    return STATES[state].running and state not in rule.pauses


def back_to(*, accepted: bool) -> str:
    """Return where a dossier goes on after waiting for somebody."""
    return "in_progress" if accepted else "submitted"
