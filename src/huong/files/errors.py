"""What files refuse."""

from django.utils.translation import gettext_lazy as _

from huong.base.errors import BadInput


class NotAPhoto(BadInput):
    """A file that is no photo we can take: another kind, damaged, or far too large inside."""

    code = "not_a_photo"
    title = _("This photo cannot be used.")


class BadDocument(BadInput):
    """A PDF that cannot be taken: locked, damaged, or far too long."""

    code = "bad_document"
    title = _("This file cannot be used.")
