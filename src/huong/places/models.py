"""The city's units through time: what a place is called, since when, and what became of it."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

TITLES = {
    "province": _("%(name)s province"),
    "city": _("%(name)s city"),
    "ward": _("%(name)s ward"),
    "commune": _("%(name)s commune"),
    "town": _("%(name)s town"),
}
KINDS = [
    ("province", _("province")),
    ("city", _("city")),
    ("ward", _("ward")),
    ("commune", _("commune")),
    ("town", _("town")),
]


class UnitQuerySet(models.QuerySet["Unit"]):
    """Units on a day."""

    def on(self, day: date) -> "UnitQuerySet":
        """Return the units that exist on a day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)

    def wards(self) -> "UnitQuerySet":
        """Return the units of the lower tier: wards, communes and (before July 2025) towns."""
        return self.filter(tier="ward")


class Unit(models.Model):
    """An administrative unit (đơn vị hành chính) in one stretch of time.

    The code alone names nothing: all 40 codes of July 2025 are codes of former units, and 30 of them
    now name another place. A unit is therefore known by its code and the day from which it holds.
    The district that a former unit lay in is an attribute of that unit, never a tier.
    """

    code = models.CharField(_("code"), max_length=8)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    tier = models.CharField(_("tier"), max_length=8, choices=[("city", _("city")), ("ward", _("ward or commune"))])
    kind = models.CharField(_("kind"), max_length=8, choices=KINDS)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80)
    folded = models.CharField(_("name without accents"), max_length=80, db_index=True)
    parent = models.ForeignKey(
        "places.Unit", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )
    former_district = models.CharField(_("former district"), max_length=80, blank=True)
    former_district_code = models.CharField(_("code of the former district"), max_length=8, blank=True)
    area_km2 = models.DecimalField(_("area in km²"), max_digits=8, decimal_places=2, null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="unit_is_known_by_code_and_first_day"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="unit_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return TITLES[self.kind] % {"name": self.name}

    @property
    def is_current(self) -> bool:
        """Whether nothing says that the unit has ended."""
        return self.valid_to is None


class Succession(models.Model):
    """One former unit going over into one later unit on a day (sáp nhập)."""

    old = models.ForeignKey(Unit, verbose_name=_("former unit"), on_delete=models.PROTECT, related_name="became")
    new = models.ForeignKey(Unit, verbose_name=_("later unit"), on_delete=models.PROTECT, related_name="came_from")
    on = models.DateField(_("in force since"))

    class Meta:
        verbose_name = _("succession")
        verbose_name_plural = _("successions")
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="unit_goes_over_once")]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id} ({self.on})"


class Edition(models.Model):
    """Which edition of a part of the places is in force; every load gives it a stamp never used before."""

    part = models.CharField(_("part"), max_length=16, unique=True)
    stamp = models.CharField(_("stamp"), max_length=32)
    source = models.CharField(_("source"), max_length=160, blank=True)
    digest = models.CharField(_("digest of the source"), max_length=64, blank=True)
    loaded_at = models.DateTimeField(_("loaded at"), null=True, blank=True)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")

    def __str__(self) -> str:
        return f"{self.part} {self.stamp}"


class Boundary(models.Model):
    """The outline of a unit, as the city imported it (ranh giới, minh họa)."""

    unit = models.OneToOneField(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="boundary")
    geometry = models.BinaryField(_("geometry as WKB, WGS 84"))
    digest = models.CharField(_("digest of the file it came from"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded at"))

    class Meta:
        verbose_name = _("boundary")
        verbose_name_plural = _("boundaries")

    def __str__(self) -> str:
        return str(self.unit)


class SubArea(models.Model):
    """A neighbourhood or village below a unit (tổ dân phố, thôn)."""

    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="sub_areas")
    code = models.CharField(_("code"), max_length=20)
    kind = models.CharField(
        _("kind"), max_length=16, choices=[("neighbourhood", _("neighbourhood")), ("village", _("village"))]
    )
    name = models.CharField(_("name"), max_length=120)
    folded = models.CharField(_("name without accents"), max_length=120)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)

    class Meta:
        verbose_name = _("sub-area")
        verbose_name_plural = _("sub-areas")
        constraints = [
            models.UniqueConstraint(fields=["unit", "code", "valid_from"], name="sub_area_is_known_in_its_unit")
        ]

    def __str__(self) -> str:
        return self.name


class Landmark(models.Model):
    """A place by the name people call it, with a point (địa danh): an entry of the gazetteer."""

    key = models.CharField(_("key"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=160)
    folded = models.CharField(_("name without accents"), max_length=160, db_index=True)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    lon = models.FloatField(_("longitude"))
    lat = models.FloatField(_("latitude"))
    unit = models.ForeignKey(
        Unit, verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT, related_name="landmarks"
    )

    class Meta:
        verbose_name = _("landmark")
        verbose_name_plural = _("landmarks")

    def __str__(self) -> str:
        return self.name
