"""The quality application."""

from django.apps import AppConfig


class QualityConfig(AppConfig):
    """The six criteria, at every commit and over time."""

    name = "huong.quality"
    verbose_name = "Quality"

    def ready(self) -> None:
        """Declare events and register the daily judgement."""
        from huong.quality import events, jobs  # noqa: F401
