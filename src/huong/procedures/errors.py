"""What procedures refuse."""

from django.utils.translation import gettext_lazy as _

from huong.base.errors import BadInput, Conflict, WrongState


class Overtaken(WrongState):
    """Somebody else changed the dossier first."""

    code = "overtaken"
    title = _("Somebody else was quicker.")


class FormFaults(BadInput):
    """Fields of a form that are not right; `details["faults"]` maps their paths to sentences."""

    code = "form_faults"
    title = _("Some fields need another look.")


class FormChanged(Conflict):
    """The form of a draft was replaced by a newer version."""

    code = "form_changed"
    title = _("The form has changed.")


class NotOffered(BadInput):
    """A procedure that cannot be applied for online here, or not by this kind of applicant."""

    code = "not_offered"
    title = _("This procedure cannot be applied for like this.")


class DayIsFull(Conflict):
    """More dossiers of an agency on one day than their codes can count."""

    code = "day_is_full"
    title = _("All numbers of this day are used.")


class AskedBefore(WrongState):
    """A second request for a supplement, or a second re-appointment: the law allows one."""

    code = "asked_before"
    title = _("This can be done once only.")


class NotAskedFor(WrongState):
    """A field or paper that the office's request does not name; it stays as it was sent."""

    code = "not_asked_for"
    title = _("The office did not ask for this.")
