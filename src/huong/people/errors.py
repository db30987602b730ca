"""Refusals of people who are not officers: their titles must not speak of posts."""

from django.utils.translation import gettext_lazy as _

from huong.base.errors import Forbidden


class SignInRefused(Forbidden):
    """An answer of an issuer that is not believed."""

    code = "sign_in_refused"
    title = _("The sign-in did not work.")


class NotYours(Forbidden):
    """Something of another person or firm, or for which we must be surer who asks."""

    code = "not_yours"
    title = _("This is not open to you as you are signed in.")


class Restricted(Forbidden):
    """The data are kept but may not be used for now, at the wish of the person concerned."""

    code = "restricted"
    title = _("At the wish of the person concerned these data may not be used for now.")
