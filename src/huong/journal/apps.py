"""The journal's Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    """Entries, readers, tallies and seals."""

    name = "huong.journal"
    verbose_name = _("Journal")

    def ready(self) -> None:
        """Register the sealing job and the readiness of the readers."""
        from huong.base import readiness
        from huong.journal import events, jobs, queries  # noqa: F401

        readiness.checks.add("readers", queries.readiness)
