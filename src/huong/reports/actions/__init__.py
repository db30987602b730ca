"""What people do with field reports. Every door (API, page, command, job) calls these."""

from huong.reports.actions.bulk import Outcome, bulk, undo
from huong.reports.actions.city_rules import Preview, change_rule, end_rule, preview, require_rules_reader
from huong.reports.actions.escalating import escalate, escalate_due
from huong.reports.actions.family import join, split
from huong.reports.actions.filters import forget_filter, save_filter
from huong.reports.actions.following import confirm_follow, follow, unfollow
from huong.reports.actions.forwarding import forward
from huong.reports.actions.handling import (
    answer,
    ask,
    assign,
    close,
    dispatch,
    hand_over,
    note,
    prioritise,
    reopen,
    reply,
    take,
    tell,
)
from huong.reports.actions.moderating import edit_words, hide, original_words, show
from huong.reports.actions.photos import blur, take_photo
from huong.reports.actions.proving import confirm, send_code
from huong.reports.actions.rating import rate
from huong.reports.actions.reporters import contact, erase_reporter
from huong.reports.actions.screening import accept, hand_to_petitions, merge, refer, reject, unmerge
from huong.reports.actions.sending import Draft, Sent, rescue, send
from huong.reports.actions.sorting import recategorise, relocate
from huong.reports.actions.taking import carry_out, end_taken, take_along

__all__ = [
    "Draft", "Outcome", "Preview", "Sent", "accept", "answer", "ask", "assign", "blur", "bulk", "carry_out", "change_rule", "close",
    "confirm", "confirm_follow", "contact", "dispatch", "edit_words", "end_rule", "end_taken", "erase_reporter", "escalate",
    "escalate_due", "follow", "forget_filter", "forward", "hand_over", "hand_to_petitions", "hide", "join", "merge", "note",
    "original_words", "preview", "prioritise", "rate", "recategorise", "refer", "reject", "relocate", "reopen", "reply",
    "require_rules_reader", "rescue", "save_filter", "send", "send_code", "show", "split", "take", "take_along", "take_photo", "tell", "undo", "unfollow",
    "unmerge",
]  # fmt: skip
