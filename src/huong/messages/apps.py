"""The Django application of messages."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagesConfig(AppConfig):
    """Contact points, the outbox, the bell."""

    name = "huong.messages"
    label = "huong_messages"  # "messages" is Django's own
    verbose_name = _("Messages")

    def ready(self) -> None:
        """Fill the port of channels, register events and jobs."""
        from huong.base import outbox
        from huong.messages import adapters, erasure, events, jobs, ports, texts, undelivered  # noqa: F401
        from huong.people import texting
        from huong.people.ports import erasers

        erasers.add("messages", erasure.erase)
        ports.adapters.add("mail", adapters.Mail())
        ports.adapters.add("webhook", adapters.Webhook())
        ports.adapters.add("sms", texts.Sms())
        texting.texters.add("sms", texts.Texter())
        outbox.sources.add("messages", undelivered.Undelivered(_("Messages"), "system.operate"))
