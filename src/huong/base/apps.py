"""The foundation's Django application."""

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """Clock, errors, keys, jobs and the other things that know no domain."""

    name = "huong.base"
    verbose_name = "Base"

    def ready(self) -> None:
        """Register the system checks and the foundation's own jobs and loaders."""
        from huong.base import calendar, checks, city, readiness  # noqa: F401

        city.loaders.add("base", calendar.load)
