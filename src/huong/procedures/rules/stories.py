"""What an applicant reads: each verb as something that happened, and what she can do in a state. Pure."""

from typing import Final

from huong.base.text import noop

SAID: Final[dict[str, str]] = {
    "begin": noop("You began"),
    "help": noop("Somebody came with your code to help"),
    "submit": noop("You sent it"),
    "request_supplement": noop("The office asks for something that is missing"),
    "supply": noop("You sent what was missing"),
    "accept": noop("The office accepted it"),
    "refuse": noop("The office refused it"),
    "start": noop("The office began to work on it"),
    "hand_over": noop("It was handed to another agency"),
    "undo": noop("The last step was taken back"),
    "consult": noop("Another agency was asked"),
    "answer_consultation": noop("The agency that was asked answered"),
    "suspend": noop("It was put on hold"),
    "resume": noop("Work goes on"),
    "extend": noop("A new day was promised"),
    "require_fee": noop("A fee is to be paid"),
    "pay": noop("The fee was paid"),
    "verify": noop("A value was compared with its source"),
    "decide": noop("The result is signed"),
    "deliver": noop("The result was handed over"),
    "withdraw": noop("It was withdrawn"),
    "correct": noop("The result is being corrected"),
    "keep": noop("The result stays as it is"),
    "rate": noop("You rated how it went"),
}
NEXT: Final[dict[str, str]] = {
    "draft": noop("Go on and send it."),
    "supplement_wanted": noop("The office waits for something from you."),
    "fee_due": noop("Please pay the fee; the office goes on at once."),
    "decided": noop("Your result is ready."),
}
TOLD: Final = frozenset(SAID) - {"begin", "help", "rate", "verify", "supply"}
