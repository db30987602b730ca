"""What people and packages do with messages."""

from huong.messages.actions.bells import bell, mark_all_read, mark_read
from huong.messages.actions.contacts import add_contact, confirm, remove_contact, send_code
from huong.messages.actions.outbox import Address, address_of, deliver_due, deliver_one, give_up, retry, send

__all__ = [
    "Address",
    "add_contact",
    "address_of",
    "bell",
    "confirm",
    "deliver_due",
    "deliver_one",
    "give_up",
    "mark_all_read",
    "mark_read",
    "remove_contact",
    "retry",
    "send",
    "send_code",
]
