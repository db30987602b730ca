"""The Django application of intake; it fills the ports of the packages below."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    """Sources, loads, quarantine."""

    name = "huong.intake"
    verbose_name = _("Intake")

    def ready(self) -> None:
        """Declare events and schedules; say how a stopped commit is finished; fill source kinds and the erasure."""
        from huong.intake import events, jobs, kinds  # noqa: F401
        from huong.intake.actions import closing, forgetting
        from huong.people import ports as people
        from huong.store import ports

        ports.finishers.add("intake", closing.finisher)
        people.erasers.add("intake", forgetting.erase)
        kinds.fill()
