"""What people and programs do with incoming data. Every door (API, page, command, job) calls these."""

from huong.intake.actions.connecting import set_active, try_source
from huong.intake.actions.entering import enter
from huong.intake.actions.feeds import set_up_feeds
from huong.intake.actions.forgetting import end_retention, forget, forget_everywhere
from huong.intake.actions.loads import (
    confirm,
    load_file,
    look_again,
    resume,
    resume_killed,
    start,
    stop,
)
from huong.intake.actions.pushing import push
from huong.intake.actions.receiving import receive
from huong.intake.actions.reminding import remind
from huong.intake.actions.repairs import drop, erase, repair_row, repair_rule, undo
from huong.intake.actions.replaying import replay
from huong.intake.actions.running import run
from huong.intake.actions.sources import pull, pull_due, pull_later, save_source

__all__ = [
    "confirm",
    "drop",
    "end_retention",
    "enter",
    "erase",
    "forget",
    "forget_everywhere",
    "load_file",
    "look_again",
    "pull",
    "pull_due",
    "pull_later",
    "push",
    "receive",
    "remind",
    "repair_row",
    "repair_rule",
    "replay",
    "resume",
    "resume_killed",
    "run",
    "save_source",
    "set_active",
    "set_up_feeds",
    "start",
    "stop",
    "try_source",
    "undo",
]
