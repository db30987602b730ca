"""What people do with dossiers. Every door (API, page, command, job) calls these."""

from huong.procedures.actions.acting import PLATFORM_ITSELF, Actor, Deed, act, citizen, officer
from huong.procedures.actions.drafting import begin, move_to_current, save, submit
from huong.procedures.actions.receiving import accept, refuse, request_supplement, supply, withdraw
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
    "extend",
    "hand_over",
    "move_to_current",
    "note",
    "officer",
    "refuse",
    "request_supplement",
    "resume",
    "save",
    "start",
    "submit",
    "supply",
    "suspend",
    "withdraw",
]
