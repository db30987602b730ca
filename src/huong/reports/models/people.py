"""The people around a report, apart from it: who sent it, who follows it, what they think of the answer."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from huong.reports.models.report import Report

LEVELS = [("satisfied", _("satisfied")), ("accepted", _("accepted")), ("not_satisfied", _("not satisfied"))]


class Reporter(models.Model):
    """Who sent a report, if they said so (người phản ánh): sealed under a data key of their own, erasable.

    The keyed hashes find the other reports of the same phone or mail; the shown forms are covered.
    """

    report = models.OneToOneField(Report, verbose_name=_("report"), on_delete=models.CASCADE, related_name="reporter")
    uid = models.CharField(_("public id"), max_length=32, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    sealed = models.BinaryField(_("name and contact, sealed"), null=True)
    phone_hash = models.CharField(_("keyed hash of the phone"), max_length=64, blank=True, db_index=True)
    mail_hash = models.CharField(_("keyed hash of the mail address"), max_length=64, blank=True, db_index=True)
    shown = models.CharField(_("shown as"), max_length=120, blank=True)
    lang = models.CharField(_("language"), max_length=8, default="vi")
    at = models.DateTimeField(_("since"))
    verified_at = models.DateTimeField(_("mail address confirmed"), null=True, blank=True)
    phone_verified_at = models.DateTimeField(_("phone confirmed"), null=True, blank=True)
    code_way = models.CharField(_("where the code was sent"), max_length=5, blank=True)
    code_hash = models.CharField(_("hash of the code"), max_length=64, blank=True)
    code_until = models.DateTimeField(_("code valid until"), null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(_("tries of the code"), default=0)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

    class Meta:
        verbose_name = _("reporter")
        verbose_name_plural = _("reporters")

    def __str__(self) -> str:
        return self.shown or self.uid


class Follow(models.Model):
    """Somebody who wants to hear of a report (người theo dõi): a signed-in person, or a confirmed mail address."""

    report = models.ForeignKey(Report, verbose_name=_("report"), on_delete=models.CASCADE, related_name="follows")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    address = models.BinaryField(_("mail address, sealed"), null=True)
    who = models.CharField(_("keyed hash of who follows"), max_length=64)
    lang = models.CharField(_("language"), max_length=8, default="vi")
    at = models.DateTimeField(_("since"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [models.UniqueConstraint(fields=["report", "who"], name="report_is_followed_once_by_each")]

    def __str__(self) -> str:
        return f"{self.report_id}"


class Rating(models.Model):
    """What the citizen thinks of an answer (đánh giá): one for each time it was answered."""

    report = models.ForeignKey(Report, verbose_name=_("report"), on_delete=models.CASCADE, related_name="ratings")
    round = models.PositiveSmallIntegerField(_("round"))
    level = models.CharField(_("level"), max_length=14, choices=LEVELS)
    answers = models.JSONField(_("ready answers"), default=list)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [models.UniqueConstraint(fields=["report", "round"], name="answer_is_rated_once")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.level}"
