"""The look of Hương as a Django application: templates, components and static files."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Tokens, frames and components over plain values; no model."""

    name = "huong.ui"
    verbose_name = "Look"
