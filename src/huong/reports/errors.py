"""What field reports refuse."""

from django.utils.translation import gettext_lazy as _

from huong.base.errors import BadInput, HuongError, WrongState


class OutsideTheCity(BadInput):
    """A point in the sea, or in another province."""

    code = "outside_the_city"
    title = _("This place does not lie in the city.")


class PlaceUnclear(BadInput):
    """The unit that was typed can mean several, or none."""

    code = "place_unclear"
    title = _("Please choose the ward or commune.")


class CategoryEnded(BadInput):
    """A category that no longer takes reports."""

    code = "category_ended"
    title = _("This kind of report is no longer taken.")


class Overtaken(WrongState):
    """Somebody else changed the report first."""

    code = "overtaken"
    title = _("Somebody else was quicker.")


class TakenEnded(HuongError):
    """What was taken along can no longer be read: the day is over, or somebody ended it."""

    code = "taken_ended"
    status = 410
    title = _("What was taken along has ended.")
