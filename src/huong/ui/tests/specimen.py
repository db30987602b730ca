"""Values for the specimen page: every component once, in every state."""

from datetime import date, timedelta

from django import forms

from huong.base import clock
from huong.base.errors import NotFound


class SpecimenForm(forms.Form):
    """Fields as people meet them."""

    name = forms.CharField(label="Name", help_text="As on the card.")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    agree = forms.BooleanField(label="I agree")


def square(code, name, west, south):
    ring = [[west, south], [west + 0.1, south], [west + 0.1, south + 0.1], [west, south + 0.1], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


BOUNDARIES = {
    "type": "FeatureCollection",
    "schematic": True,
    "features": [square(str(place), f"Unit {place}", 107 + place / 10, 16) for place in range(6)],
}
MIXED = {"correct": 0.98, "complete": 0.97, "clean": 0.96, "live": 0.63, "unified": 0.92, "shared": 1.0}


def values():
    form = SpecimenForm({"name": "", "note": "x"})
    form.is_valid()
    now = clock.now()
    return {
        "flowers": [MIXED, {"correct": 0.97, "live": None}, {}],
        "cards": [
            {"key": "live", "score": 0.63, "sentence": "19 of 30.", "step": "Remind them", "step_url": "/remind"},
            {"key": "shared", "score": None, "sentence": "Nobody asked."},
        ],
        "history": [(date(2026, 9, 1) + timedelta(days=day), None if day < 3 else 0.95) for day in range(90)],
        "amounts": [("closed before opened", 812), ("no ward", 12)],
        "boundaries": BOUNDARIES,
        "values": {"0": 3, "1": 40, "2": 7.5, "3": None, "4": 12},
        "points": [(107.05, 16.05)],
        "refusal": NotFound("No dataset has this name."),
        "late": now - timedelta(hours=2),
        "soon": now + timedelta(days=3),
        "names": ["File", "Columns", "Result"],
        "form": form,
        "amount": 58251,
        "share": 0.964,
        "bytes": 1_203_421,
        "at": now - timedelta(seconds=2),
        "seconds": 1.84,
        "name": "Lê Thị An",
    }
