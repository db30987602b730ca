"""The Django application of places; it fills the ports of the foundation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    """Units of both tiers with validity, their succession and geometry."""

    name = "huong.places"
    verbose_name = _("Places")

    def ready(self) -> None:
        """Fill the city loader and the search, and declare the events."""
        from huong.base import city, search
        from huong.places import events, local_names, queries  # noqa: F401

        city.loaders.add("places", local_names.load_city)
        search.sources.add("places", queries.hits)
