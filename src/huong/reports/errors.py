"""What field reports refuse."""

from django.utils.translation import gettext_lazy as _

from huong.base.errors import BadInput, WrongState


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
