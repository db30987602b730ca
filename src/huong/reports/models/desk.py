"""What officers keep at their desk: filters, and what they did to many reports at once."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from huong.reports.models.report import Report


class SavedFilter(models.Model):
    """A list an officer comes back to (bộ lọc đã lưu)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    wanted = models.JSONField(_("what is asked for"), default=dict)
    at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="filter_name_is_used_once_by_each")]

    def __str__(self) -> str:
        return self.name


class Bulk(models.Model):
    """One move made on many reports at once (thao tác hàng loạt), which can be undone for a while."""

    uid = models.CharField(_("public id"), max_length=32, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(_("move"), max_length=20)
    at = models.DateTimeField(_("at"))
    until = models.DateTimeField(_("can be undone until"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    told_at = models.DateTimeField(_("citizens told"), null=True, blank=True)

    class Meta:
        verbose_name = _("move on many reports")
        verbose_name_plural = _("moves on many reports")

    def __str__(self) -> str:
        return self.uid


class BulkItem(models.Model):
    """What a report was before a move on many (bản trước thao tác), so that it can be put back."""

    bulk = models.ForeignKey(Bulk, on_delete=models.CASCADE, related_name="items")
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(_("before"))
    version = models.PositiveIntegerField(_("version after"))
    entry = models.BigIntegerField(_("journal entry"))
    undone = models.BooleanField(_("put back"), default=False)

    class Meta:
        verbose_name = _("report of a move on many")
        verbose_name_plural = _("reports of moves on many")

    def __str__(self) -> str:
        return f"{self.bulk_id} {self.report_id}"
