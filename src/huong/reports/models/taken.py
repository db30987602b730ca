"""What officers take along to read and answer without a line."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from huong.reports.models.report import Report


class TakenAlong(models.Model):
    """Matters that an officer took along on a device (việc mang theo): for a day, and only until somebody ends it.

    The secret that opens the copy while there is a line is sealed under a data key of its own; ending destroys it.
    """

    uid = models.CharField(_("public id"), max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    device = models.CharField(_("device"), max_length=80)
    secret = models.BinaryField(_("secret, sealed"))
    reports = models.JSONField(_("ids of the reports"), default=list)
    at = models.DateTimeField(_("taken along"))
    until = models.DateTimeField(_("readable until"))
    seen_at = models.DateTimeField(_("last contact"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ended by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = _("matters taken along")
        verbose_name_plural = _("matters taken along")
        indexes = [
            models.Index(fields=["user", "at"], name="taken_along_by_person"),
            models.Index(fields=["until"], name="taken_along_running", condition=models.Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return self.device


class TakenMove(models.Model):
    """A move that was made without a line and arrived (việc làm khi mất mạng): under its key it is made once."""

    taken = models.ForeignKey(
        TakenAlong, verbose_name=_("taken along with"), on_delete=models.CASCADE, related_name="moves"
    )
    key = models.CharField(_("keyed hash of the device's key"), max_length=64, unique=True)
    report = models.ForeignKey(Report, verbose_name=_("report"), on_delete=models.CASCADE, related_name="+")
    verb = models.CharField(_("move"), max_length=20)
    version = models.PositiveIntegerField(_("version after"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("move made without a line")
        verbose_name_plural = _("moves made without a line")

    def __str__(self) -> str:
        return f"{self.report_id} {self.verb}"
