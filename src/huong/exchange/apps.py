"""The Django application of the exchange; it fills the ports of the foundation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """Members, data services, grants, signed messages, registers, who saw my data."""

    name = "huong.exchange"
    verbose_name = _("Exchange")

    def ready(self) -> None:
        """Fill the city loader, declare the events, register readers and schedules."""
        from huong.base import city
        from huong.exchange import events, handlers, jobs, loading  # noqa: F401
        from huong.exchange.provider import backends  # noqa: F401

        city.loaders.add("exchange", loading.load)
