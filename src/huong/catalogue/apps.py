"""The Django application of the catalogue."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    """Datasets, contracts, semantic types and code lists."""

    name = "huong.catalogue"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        """Fill the city loader and the search, and declare the events."""
        from huong.base import city, search
        from huong.catalogue import events, loading, queries  # noqa: F401

        city.loaders.add("catalogue", loading.load)
        search.sources.add("catalogue", queries.found_by)
