"""The Django application of field reports; it fills the ports of the packages below."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Field reports: the one citizen channel, in both tiers."""

    name = "huong.reports"
    verbose_name = _("Field reports")

    def ready(self) -> None:
        """Declare events, readers, schedules and tallies; load the city's rules with the city."""
        from huong.base import city, demo
        from huong.reports import demonstration, events, figures, handlers, jobs, loading, ports  # noqa: F401

        city.loaders.add("reports", loading.load)
        demo.fillers.add("reports", demonstration.FILLER)
        ports.register()
