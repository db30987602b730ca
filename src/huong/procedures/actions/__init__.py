"""What people do with dossiers. Every door (API, page, command, job) calls these."""

from huong.procedures.actions.acting import PLATFORM_ITSELF, Actor, Deed, act, citizen, officer
from huong.procedures.actions.drafting import begin, move_to_current, save, submit
from huong.procedures.actions.proposing import correct, open_result, propose, return_for_work
from huong.procedures.actions.receiving import accept, refuse, request_supplement, supply, withdraw
from huong.procedures.actions.revoking import deliver, revoke
from huong.procedures.actions.signing import sign, sign_many
from huong.procedures.actions.working import assign, extend, hand_over, note, resume, start, suspend

__all__ = [
    "PLATFORM_ITSELF",
    "Actor",
    "Deed",
    "accept",
    "act",
    "assign",
    "begin",
    "citizen",
    "correct",
    "deliver",
    "extend",
    "hand_over",
    "move_to_current",
    "note",
    "officer",
    "open_result",
    "propose",
    "refuse",
    "request_supplement",
    "resume",
    "return_for_work",
    "revoke",
    "save",
    "sign",
    "sign_many",
    "start",
    "submit",
    "supply",
    "suspend",
    "withdraw",
]
