"""The messages application."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    """Contact points, the outbox, the bell."""

    name = "huong.messages"
    label = "huong_messages"  # "messages" is Django's own
    verbose_name = "Messages"
