"""What the city decided: every rule with its versions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

KINDS = [
    ("category", _("category")),
    ("route", _("route")),
    ("clock", _("clock")),
    ("state", _("state")),
    ("transition", _("move")),
    ("answer", _("stock answer")),
    ("channel", _("other channel")),
    ("duty", _("duty")),
    ("step", _("rung of a ladder")),
    ("rating", _("ready answer of a rating")),
    ("setting", _("setting")),
]


class CityRule(models.Model):
    """One version of one rule (quy tắc): a category, a route, a clock ... as `rules.nouns` describes it.

    Versions are never changed; a new one ends the one before. What came from the city's folder keeps its
    digest, so that loading the folder again does not undo what the city changed since.
    """

    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    key = models.CharField(_("key"), max_length=60)
    version = models.PositiveIntegerField(_("version"))
    body = models.JSONField(_("content"))
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid until"), null=True, blank=True)
    digest = models.CharField(_("digest of the row of the folder"), max_length=64, blank=True)
    by = models.BigIntegerField(_("changed by"), null=True, blank=True)

    class Meta:
        verbose_name = _("rule of the city")
        verbose_name_plural = _("rules of the city")
        ordering = ["kind", "key", "version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "version"], name="rule_version_is_known_once"),
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(valid_to=None), name="rule_has_one_version_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.version}"


class RuleEdition(models.Model):
    """Which edition of all rules is in force (ấn bản quy tắc), so that what is kept in memory can be renewed."""

    stamp = models.CharField(_("stamp"), max_length=32)

    class Meta:
        verbose_name = _("edition of the rules")
        verbose_name_plural = _("editions of the rules")

    def __str__(self) -> str:
        return self.stamp
