"""What people do with dossiers. Every door (API, page, command, job) calls these."""

from huong.procedures.actions.acting import PLATFORM_ITSELF, Actor, Deed, act, citizen, officer
from huong.procedures.actions.contacting import keep_contact
from huong.procedures.actions.drafting import begin, discard, move_to_current, save, submit
from huong.procedures.actions.paying import pay_at_counter, require_fee
from huong.procedures.actions.proposing import correct, keep, open_result, propose, read_paper, return_for_work
from huong.procedures.actions.receiving import accept, refuse, request_supplement, supply, withdraw
from huong.procedures.actions.revoking import deliver, revoke
from huong.procedures.actions.sharing import end_share, open_share, share
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
    "discard",
    "end_share",
    "extend",
    "hand_over",
    "keep",
    "keep_contact",
    "move_to_current",
    "note",
    "officer",
    "open_result",
    "open_share",
    "pay_at_counter",
    "propose",
    "read_paper",
    "refuse",
    "request_supplement",
    "require_fee",
    "resume",
    "return_for_work",
    "revoke",
    "save",
    "share",
    "sign",
    "sign_many",
    "start",
    "submit",
    "supply",
    "suspend",
    "withdraw",
]
