"""The top of the ladder: urls, the API object, the command line, the supervisor."""

from django.apps import AppConfig


class MainConfig(AppConfig):
    """Puts the house together."""

    name = "huong.main"
    verbose_name = "Main"

    def ready(self) -> None:
        """Register readiness of the backup and the maintenance jobs."""
        from huong.base import readiness
        from huong.main import backup, jobs  # noqa: F401
        from huong.main.demonstration import filling

        readiness.checks.add("backup", backup.readiness_check)
        filling.register()
