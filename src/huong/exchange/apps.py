"""The Django application of the exchange; it fills the ports of the foundation."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExchangeConfig(AppConfig):
    """Members, data services, grants, signed messages, registers, who saw my data."""

    name = "huong.exchange"
    verbose_name = _("Exchange")

    def ready(self) -> None:
        """Fill the city loader, declare the events, register readers and schedules."""
        from huong.base import city, demo, outbox
        from huong.exchange import demonstration, events, handlers, jobs, later, loading, watching  # noqa: F401
        from huong.exchange.provider import backends  # noqa: F401
        from huong.exchange.registers import kinds
        from huong.messages.ports import adapters
        from huong.messages.undelivered import Undelivered

        city.loaders.add("exchange", loading.load)
        adapters.add(later.CHANNEL, later.Adapter())
        outbox.sources.add(
            "exchange", Undelivered(_("Requests to other agencies"), "exchange.manage", channels=(later.CHANNEL,))
        )
        if watching.note_place not in kinds.listeners:
            kinds.listeners.append(watching.note_place)
        demo.fillers.add("exchange", demonstration.OFFERS)
        demo.fillers.add("registers", demonstration.LOOKS)
        self._fill_pages()

    def _fill_pages(self) -> None:
        """Add the side list's entries, and say what is held on a person."""
        from huong.base import navigation
        from huong.base.navigation import NavItem
        from huong.exchange import erasure, holding, queries, remedies
        from huong.people import access, ports
        from huong.people.ports import erasers, holders

        erasers.add("exchange", erasure.erase)
        ports.demands.add("exchange", queries.is_demanded)
        for key, remedy in remedies.REMEDIES.items():
            ports.remedies.add(key, remedy)

        for key, holder in holding.HOLDERS.items():
            holders.add(key, holder)
        add = navigation.add
        joining = ("/desk/onboarding/",)
        add(
            NavItem(
                "exchange",
                _("Data exchange"),
                "share-2",
                "/desk/exchange/",
                60,
                access.is_staff,
                _waiting,
                also=joining,
            )
        )
        add(
            NavItem(
                "questions",
                _("Citizens ask"),
                "message-square",
                "/desk/exchange/questions/",
                62,
                access.is_staff,
                _open,
            )
        )
        add(NavItem("reading", _("Reading of personal data"), "eye", "/desk/exchange/reading", 64, _may_watch))


def _waiting(user: Any) -> int | None:
    from huong.exchange import queries

    return queries.waiting_for(user)


def _open(user: Any) -> int | None:
    from huong.exchange import queries

    return queries.questions_visible_to(user).filter(answered_at=None).count()


def _may_watch(user: Any) -> bool:
    from huong.people import access

    return access.has_power(user, "exchange.watch")
