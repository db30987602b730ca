"""The Django application of the store; it fills the ports of the foundation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoreConfig(AppConfig):
    """The shared tables: commits, time travel, serving copies, the read door."""

    name = "huong.store"
    verbose_name = _("Shared store")

    def ready(self) -> None:
        """Register the journal reader, the schedule, the readiness check and the eraser."""
        from huong.base import readiness
        from huong.people import ports
        from huong.store import erasure, handlers, jobs  # noqa: F401
        from huong.store.health import check

        readiness.checks.add("store", check)
        ports.erasers.add("store", erasure.erase)
