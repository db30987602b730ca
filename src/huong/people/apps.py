"""The Django application of people; it fills the ports of the foundation."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Agencies, users, posts, powers, parties and sign-in."""

    name = "huong.people"
    verbose_name = _("People and agencies")
