"""The Django application of files."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Blobs by digest, encrypted where they must be erasable."""

    name = "huong.files"
    verbose_name = _("Files")

    def ready(self) -> None:
        """Register events and the tidying job."""
        from huong.files import events, jobs  # noqa: F401
