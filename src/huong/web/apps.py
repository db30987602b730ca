"""The pages composed of several packages, as a Django application."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Home, desk, datasets, quarantine, search, bell."""

    name = "huong.web"
    verbose_name = "Pages"
