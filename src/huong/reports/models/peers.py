"""What other systems and we know of each other's reports: updates taken once, and what was sent to try things."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from huong.reports.models.report import Report


class PeerUpdate(models.Model):
    """An update of another system (cập nhật từ hệ thống khác), taken once however often it is sent."""

    system = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("system"), on_delete=models.PROTECT, related_name="+"
    )
    remote_id = models.CharField(_("id in the other system"), max_length=120)
    report = models.ForeignKey(Report, verbose_name=_("report"), on_delete=models.CASCADE, related_name="+")
    entry = models.BigIntegerField(_("journal entry"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("update of another system")
        verbose_name_plural = _("updates of other systems")
        constraints = [models.UniqueConstraint(fields=["system", "remote_id"], name="update_of_a_system_is_taken_once")]

    def __str__(self) -> str:
        return self.remote_id


class TrialRequest(models.Model):
    """A report sent to the test endpoint (phản ánh thử): nobody works on it, and it goes after a week."""

    service_code = models.CharField(_("category"), max_length=60)
    description = models.TextField(_("description"), blank=True)
    address = models.CharField(_("place in words"), max_length=200, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    is_open = models.BooleanField(_("open"), default=True)
    at = models.DateTimeField(_("received"))
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("report sent to try things")
        verbose_name_plural = _("reports sent to try things")
        indexes = [models.Index(fields=["at", "id"], name="trial_by_receipt")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The id by which the client knows it."""
        return f"TEST-{self.pk:06d}"


class TrialUpdate(models.Model):
    """An update sent to the test endpoint (cập nhật thử)."""

    request = models.ForeignKey(TrialRequest, verbose_name=_("report"), on_delete=models.CASCADE, related_name="news")
    status = models.CharField(_("status"), max_length=40)
    description = models.TextField(_("description"), blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("update sent to try things")
        verbose_name_plural = _("updates sent to try things")

    def __str__(self) -> str:
        return f"{self.request_id} {self.status}"
