"""The Django application of field reports; it fills the ports of the packages below."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Field reports: the one citizen channel, in both tiers."""

    name = "huong.reports"
    verbose_name = _("Field reports")

    def ready(self) -> None:
        """Declare events, readers, schedules and tallies; load the city's rules with the city; feed the store."""
        from huong.base import city, demo
        from huong.catalogue import ports as catalogue
        from huong.intake.ports import source_kinds
        from huong.reports import demonstration, events, feed, figures, handlers, jobs, loading, ports  # noqa: F401
        from huong.reports.actions import feeding
        from huong.reports.queries import learning, suggesting

        city.loaders.add("reports", loading.load)
        city.loaders.add("reports into the store", feeding.set_up)
        catalogue.code_lists.add("reports", feeding.publish_codes)
        suggesting.suggesters.add(suggesting.LEARNT, learning.learnt)
        source_kinds.add(feeding.KIND, feed.FEED)
        demo.fillers.add("reports", demonstration.FILLER)
        ports.register()
