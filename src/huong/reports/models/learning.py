"""What was learnt from decided reports, and what was guessed of each new one."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huong.reports.models.report import Report


class TextModel(models.Model):
    """One version of the model that guesses a category from words (mô hình gợi ý loại).

    `body` is the packed model (`rules.learning`); `tested` how it did on reports kept aside, `before` how the one in
    force until then did on the very same.
    """

    version = models.PositiveIntegerField(_("version"), unique=True)
    kind = models.CharField(
        _("learnt from"), max_length=8, choices=[("starter", _("the city's words")), ("decided", _("decided reports"))]
    )
    in_force = models.BooleanField(_("in force"), default=False)
    trained_at = models.DateTimeField(_("trained"))
    texts = models.PositiveIntegerField(_("texts it learnt from"))
    decided = models.PositiveIntegerField(_("decided reports there were"), default=0)
    tested = models.JSONField(_("result of the test"))
    before = models.JSONField(_("result of the one in force"), null=True)
    digest = models.CharField(_("digest"), max_length=64)
    body = models.BinaryField(_("model"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("model of words")
        verbose_name_plural = _("models of words")
        constraints = [
            models.UniqueConstraint(
                fields=["in_force"], condition=Q(in_force=True), name="one_model_of_words_is_in_force"
            )
        ]

    def __str__(self) -> str:
        return str(self.version)


class Guess(models.Model):
    """What the model guessed of a report when it came (dự đoán); what was decided stands in the report."""

    report = models.OneToOneField(
        Report, verbose_name=_("report"), on_delete=models.CASCADE, primary_key=True, related_name="guess"
    )
    category = models.CharField(_("category"), max_length=60)
    share = models.FloatField(_("share"))
    model = models.PositiveIntegerField(_("version of the model"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("guess")
        verbose_name_plural = _("guesses")
        indexes = [models.Index(fields=["at"], name="guess_by_time")]
        constraints = [
            models.CheckConstraint(condition=Q(share__gte=0, share__lte=1), name="guess_has_a_share_of_0_to_1")
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.category}"
