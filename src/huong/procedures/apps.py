"""The Django application of procedures; it fills the ports of the packages below."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    """Administrative procedures: dossiers on shared data."""

    name = "huong.procedures"
    verbose_name = _("Procedures")

    def ready(self) -> None:
        """Declare events; load the city's procedures with the city."""
        from huong.base import city, demo
        from huong.procedures import demonstration, events, handlers, jobs, loading  # noqa: F401

        city.loaders.add("procedures", loading.load)
        demo.fillers.add("procedures", demonstration.FILLER)
