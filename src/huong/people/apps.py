"""The Django application of people; it fills the ports of the foundation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Agencies, users, posts, powers, parties and sign-in."""

    name = "huong.people"
    verbose_name = _("People and agencies")

    def ready(self) -> None:
        """Fill the city loader and the demonstration filler, and declare the events."""
        from huong.base import city, demo
        from huong.people import demonstration, events  # noqa: F401
        from huong.people.actions import agencies

        city.loaders.add("people", agencies.load)
        demo.fillers.add("people", demonstration.FILLER)
