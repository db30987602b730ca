"""What the six criteria said of every commit, kept for ever."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Score(models.Model):
    """One criterion of one commit: its share, and the two numbers it is made of (điểm một tiêu chí)."""

    dataset = models.CharField(_("dataset"), max_length=120)
    commit = models.PositiveIntegerField(_("commit"))
    criterion = models.CharField(_("criterion"), max_length=12)
    value = models.FloatField(_("share"), null=True)
    numerator = models.BigIntegerField(_("numerator"))
    denominator = models.BigIntegerField(_("denominator"))
    worst_rule = models.CharField(_("worst rule"), max_length=160, blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    contract_version = models.CharField(_("contract version"), max_length=20)
    formula = models.PositiveSmallIntegerField(_("formula version"))
    at = models.DateTimeField(_("at"))
    current = models.BooleanField(_("current"), default=True)

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        indexes = [
            models.Index(fields=["dataset", "-at"], name="score_history"),
            models.Index(fields=["current", "dataset"], name="score_current"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "criterion"],
                condition=models.Q(current=True),
                name="a_criterion_has_one_current_score",
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True) | models.Q(value__gte=0, value__lte=1),
                name="a_score_is_a_share_or_unknown",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.criterion} {self.numerator}/{self.denominator}"


class UnitScore(models.Model):
    """What one administrative unit's rows of a dataset amount to (điểm theo phường, xã)."""

    dataset = models.CharField(_("dataset"), max_length=120)
    unit = models.CharField(_("unit"), max_length=10)
    rows = models.BigIntegerField(_("rows"))
    correct_share = models.FloatField(_("correct"), null=True)
    complete_share = models.FloatField(_("complete"), null=True)
    clean_share = models.FloatField(_("clean"), null=True)
    commit = models.PositiveIntegerField(_("commit"))

    class Meta:
        verbose_name = _("score of a unit")
        verbose_name_plural = _("scores of units")
        constraints = [models.UniqueConstraint(fields=["dataset", "unit"], name="a_unit_has_one_score_per_dataset")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.unit}"


class Held(models.Model):
    """The counted facts of a dataset's current commit, so that an append adds instead of counting again (số đếm)."""

    dataset = models.CharField(_("dataset"), max_length=120, primary_key=True)
    commit = models.PositiveIntegerField(_("commit"))
    facts = models.JSONField(_("facts"))
    data_at = models.DateTimeField(_("newest instant in the data"), null=True)

    class Meta:
        verbose_name = _("counted facts")
        verbose_name_plural = _("counted facts")

    def __str__(self) -> str:
        return f"{self.dataset}@{self.commit}"


class Freshness(models.Model):
    """When a dataset was committed and how new its data was then; what "live" is judged by (độ mới)."""

    dataset = models.CharField(_("dataset"), max_length=120)
    commit = models.PositiveIntegerField(_("commit"))
    at = models.DateTimeField(_("at"))
    data_at = models.DateTimeField(_("newest instant in the data"), null=True)

    class Meta:
        verbose_name = _("freshness")
        verbose_name_plural = _("freshness")
        constraints = [models.UniqueConstraint(fields=["dataset", "commit"], name="a_commit_has_one_freshness")]

    def __str__(self) -> str:
        return f"{self.dataset}@{self.commit}"
