"""Refusals of intake: each says what is wrong with what was sent and what to do; nothing is lost."""

from django.utils.translation import gettext_lazy as _

from huong.base.errors import BadInput, Conflict, WrongState


class Unreadable(BadInput):
    """A file that cannot be read as a table."""

    code = "unreadable_file"
    title = _("This file cannot be read as a table.")


class MappingNeeded(BadInput):
    """Columns of the file could not be matched to the contract without a person."""

    code = "mapping_needed"
    title = _("Please say which column is which.")


class HeaderChanged(BadInput):
    """The columns differ from those of the last load."""

    code = "header_changed"
    title = _("The columns have changed since the last load.")


class SameBytesElsewhere(Conflict):
    """Another agency has loaded exactly these bytes into another dataset."""

    code = "same_bytes_elsewhere"
    title = _("Another agency has published the same file.")


class NotAsSent(BadInput):
    """Size or digest differ from what the sender announced."""

    code = "half_written"
    title = _("The upload is not complete.")


class Busy(WrongState):
    """Another process is working on this load."""

    code = "load_is_running"
    title = _("This load is running already.")


class Overtaken(WrongState):
    """What the load holds has come in with a later one of its source."""

    code = "load_overtaken"
    title = _("A later load brought this already.")


class Stopped(WrongState):
    """A person stopped the load."""

    code = "load_stopped"
    title = _("This load was stopped.")
