"""The Django application of procedures; it fills the ports of the packages below."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    """Administrative procedures: dossiers on shared data."""

    name = "huong.procedures"
    verbose_name = _("Procedures")

    def ready(self) -> None:
        """Declare events; load the city's procedures with the city."""
        from huong.base import city, demo, outbox
        from huong.catalogue import ports as catalogue
        from huong.intake.ports import source_kinds
        from huong.people.ports import erasers, holders
        from huong.procedures import (  # noqa: F401
            demonstration,
            events,
            feed,
            handlers,
            holding,
            jobs,
            loading,
            ports,
            side_list,
            unsent,
        )
        from huong.procedures.actions import feeding

        city.loaders.add("procedures", loading.load)
        demo.fillers.add("procedures", demonstration.FILLER)
        demo.fillers.add("papers to sign", demonstration.DESKS)
        city.loaders.add("procedures into the store", feeding.set_up)
        catalogue.code_lists.add("procedures", feeding.publish_codes)
        source_kinds.add(feeding.KIND, feed.FEED)
        outbox.sources.add("portal", unsent.Unsent())
        holders.add("procedures", holding.DossierHolder())
        erasers.add("procedures", holding.erase)
        ports.register()
        side_list.register()
