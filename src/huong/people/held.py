"""The posts somebody holds, with their agencies, in plain SQL: every page of the desk asks, and first of all this."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection

from huong.people.models import Agency

# The same days as `PostQuerySet.held_by`; with each post the agencies that ended and for which its agency answers.
_HELD = """
SELECT {agency}, post.role, unit.code AS unit_code,
       ended.code AS ended, ended.tier AS ended_tier, ended_unit.code AS ended_unit
FROM people_post post
JOIN people_agency agency ON agency.id = post.agency_id
LEFT JOIN places_unit unit ON unit.id = agency.unit_id
LEFT JOIN people_agency ended ON ended.heir_id = agency.id
LEFT JOIN places_unit ended_unit ON ended_unit.id = ended.unit_id
WHERE post.valid_from <= %(day)s AND (post.valid_to IS NULL OR post.valid_to >= %(day)s)
  AND agency.valid_from <= %(day)s AND (agency.valid_to IS NULL OR agency.valid_to >= %(day)s)
  AND (post.user_id = %(user)s OR (post.deputy_id = %(user)s AND post.deputy_from <= %(day)s
       AND (post.deputy_to IS NULL OR post.deputy_to >= %(day)s)))
ORDER BY post.valid_from, post.id
"""


@lru_cache(maxsize=1)
def _statement() -> str:
    columns = (f"agency.{field.column}" for field in Agency._meta.concrete_fields)
    return _HELD.format(agency=", ".join(columns))


def posts_held(user_id: int, day: date) -> list[Any]:
    """Return the agencies of the posts whose powers a person has on a day, the longest held first (one query).

    Returns:
        Agencies, each with `role`, `unit_code`, and `ended`, `ended_tier` and `ended_unit` of an agency that ended and
        for which it answers; one stands there as often as it has such.
    """
    return list(Agency.objects.raw(_statement(), {"user": user_id, "day": connection.ops.adapt_datefield_value(day)}))
