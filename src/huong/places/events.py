"""What the places package records."""

from huong.journal import events

UNITS_LOADED = events.declare(
    "places.units_loaded", {"count": "how many rows changed", "digest": "of the files"}, "The city's units were loaded."
)
BOUNDARIES_LOADED = events.declare(
    "places.boundaries_loaded", {"count": "how many units", "digest": "of the file"}, "The city's outlines were loaded."
)
BASEMAP_KEPT = events.declare(
    "places.basemap_kept", {"bytes": "its size", "digest": "of the file"}, "A base map was taken over.", unhandled=True
)
LANDMARKS_LOADED = events.declare(
    "places.landmarks_loaded",
    {"count": "how many", "digest": "of the file"},
    "The city's gazetteer was loaded.",
    unhandled=True,
)
SUB_AREAS_LOADED = events.declare(
    "places.sub_areas_loaded",
    {"count": "how many", "digest": "of the file"},
    "The neighbourhoods and villages of the city's units were loaded.",
    unhandled=True,
)
