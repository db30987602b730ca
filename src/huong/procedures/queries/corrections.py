"""What people say is wrong in shared data, for the agencies that own it."""

from typing import Any

from django.db.models import QuerySet

from huong.people import access
from huong.procedures.models import Correction


def corrections_for(user: Any) -> QuerySet[Correction]:
    """Return the cases of somebody's agencies."""
    return Correction.objects.filter(owner__in=access.agencies_of(user))
