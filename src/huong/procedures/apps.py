"""The Django application of procedures; it fills the ports of the packages below."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    """Administrative procedures: dossiers on shared data."""

    name = "huong.procedures"
    verbose_name = _("Procedures")

    def ready(self) -> None:
        """Declare events; load the city's procedures with the city."""
        from huong.base import city
        from huong.people import ports
        from huong.procedures import events, holding, jobs, loading  # noqa: F401

        city.loaders.add("procedures", loading.load)
        ports.holders.add("procedures", holding.DossierHolder())
        ports.erasers.add("procedures", holding.erase)
