"""What offices add around dossiers: fees, questions to other offices, helpers, blank forms, disruptions, the portal."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Payment(models.Model):
    """A fee asked for (phí, lệ phí), and what became of it; the reference is the payment provider's key too."""

    dossier = models.ForeignKey(
        "procedures.Dossier", verbose_name=_("dossier"), on_delete=models.PROTECT, related_name="payments"
    )
    reference = models.CharField(_("reference"), max_length=64, unique=True)
    amount = models.PositiveIntegerField(_("amount in đồng"))
    lines = models.JSONField(_("fees it is made of"), default=list)
    state = models.CharField(
        _("state"), max_length=10,
        choices=[("asked", _("asked for")), ("paid", _("paid")), ("cancelled", _("cancelled"))], default="asked",
    )  # fmt: skip
    way = models.CharField(
        _("how"), max_length=10, choices=[("online", _("online")), ("counter", _("at the counter"))], blank=True
    )
    provider_id = models.CharField(_("id at the provider"), max_length=80, blank=True)
    pay_url = models.CharField(_("page for paying"), max_length=400, blank=True)
    asked_at = models.DateTimeField(_("asked for"))
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("received by"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(state="asked"), name="dossier_owes_one_payment_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.amount}"


class Consultation(models.Model):
    """A question to another agency (lấy ý kiến), with a clock of its own."""

    dossier = models.ForeignKey(
        "procedures.Dossier", verbose_name=_("dossier"), on_delete=models.PROTECT, related_name="consultations"
    )
    agency = models.CharField(_("agency asked"), max_length=40)
    asked_by_agency = models.CharField(_("agency that asks"), max_length=40)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("due"))
    days = models.FloatField(_("working days it has"), default=0)
    sealed_question = models.BinaryField(_("question, sealed"), null=True)
    sealed_answer = models.BinaryField(_("answer, sealed"), null=True, blank=True)
    agrees = models.BooleanField(_("agrees"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("answered by"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        indexes = [
            models.Index(fields=["agency", "due_at", "id"], name="consultation_open", condition=Q(answered_at=None))
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "agency"], condition=Q(answered_at=None), name="agency_is_asked_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} → {self.agency}"


class HelperPass(models.Model):
    """A code by which a helper fills in for somebody (mã người giúp): seen in the history, blind afterwards.

    It holds for a draft, or for exactly the supplement that an office asked for.
    """

    dossier = models.ForeignKey(
        "procedures.Dossier", verbose_name=_("dossier"), on_delete=models.CASCADE, related_name="helpers"
    )
    code_hash = models.CharField(_("keyed hash of the code"), max_length=64, unique=True)
    helper = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("helper"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    helper_name = models.CharField(_("helper's name"), max_length=160, blank=True)
    at = models.DateTimeField(_("given"))
    until = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    supplement = models.BooleanField(_("for what an office asked for"), default=False)
    tries = models.PositiveSmallIntegerField(_("wrong tries"), default=0)

    class Meta:
        verbose_name = _("helper's pass")
        verbose_name_plural = _("helpers' passes")

    def __str__(self) -> str:
        return f"{self.dossier_id} until {self.until:%H:%M}"


class BlankForm(models.Model):
    """A blank form with a number given ahead (phiếu trống), for the hour without power."""

    number = models.CharField(_("number"), max_length=60, unique=True)
    procedure = models.CharField(_("procedure"), max_length=40)
    agency = models.CharField(_("agency"), max_length=40)
    issued_at = models.DateTimeField(_("printed"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("printed by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    dossier = models.OneToOneField(
        "procedures.Dossier", verbose_name=_("dossier"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="blank_form",
    )  # fmt: skip
    void_at = models.DateTimeField(_("void since"), null=True, blank=True)

    class Meta:
        verbose_name = _("blank form")
        verbose_name_plural = _("blank forms")

    def __str__(self) -> str:
        return self.number


class Disruption(models.Model):
    """A declared disruption (tình trạng gián đoạn): where and when clocks stand, by which text."""

    key = models.CharField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    units = models.JSONField(_("units concerned; empty for the whole city"), default=list, blank=True)
    procedures = models.JSONField(_("procedures concerned; empty for all"), default=list, blank=True)
    mode = models.CharField(
        _("what it does"), max_length=6, choices=[("stop", _("clocks stop")), ("move", _("due days move to its end"))]
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    legal_text = models.CharField(_("by which text"), max_length=300)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("declared by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    declared_at = models.DateTimeField(_("declared"))
    ended_by_text = models.CharField(_("ended by which text"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("disruption")
        verbose_name_plural = _("disruptions")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=models.F("starts_at")), name="disruption_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return self.name


class DisruptionTold(models.Model):
    """That an applicant was told of a disruption (đã báo): once per dossier."""

    disruption = models.ForeignKey(
        Disruption, verbose_name=_("disruption"), on_delete=models.CASCADE, related_name="told"
    )
    dossier = models.ForeignKey(
        "procedures.Dossier", verbose_name=_("dossier"), on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("news of a disruption")
        verbose_name_plural = _("news of disruptions")
        constraints = [
            models.UniqueConstraint(fields=["disruption", "dossier"], name="disruption_is_told_once_to_a_dossier")
        ]

    def __str__(self) -> str:
        return f"{self.disruption_id} {self.dossier_id}"


class PortalUpdate(models.Model):
    """One message for the national portal (đồng bộ Cổng Dịch vụ công): in order per dossier, until it is taken."""

    dossier = models.ForeignKey(
        "procedures.Dossier", verbose_name=_("dossier"), on_delete=models.CASCADE, related_name="portal_updates"
    )
    number = models.PositiveIntegerField(_("number of the action"))
    service = models.CharField(_("service"), max_length=40)
    state = models.CharField(
        _("state"), max_length=8,
        choices=[("waiting", _("waiting")), ("sent", _("sent")), ("failed", _("failed")), ("given_up", _("given up")),
            ("skipped", _("let be")),],
        default="waiting",
    )  # fmt: skip
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try"))
    error = models.CharField(_("what went wrong"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    at = models.DateTimeField(_("asked for"))

    class Meta:
        verbose_name = _("message for the portal")
        verbose_name_plural = _("messages for the portal")
        indexes = [
            models.Index(
                fields=["next_at", "id"], name="portal_update_due", condition=Q(state__in=["waiting", "failed"])
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number", "service"], name="portal_hears_of_an_action_once")
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.number} {self.service}"


class Rating(models.Model):
    """How somebody rates how a dossier was handled (đánh giá)."""

    dossier = models.OneToOneField(
        "procedures.Dossier", verbose_name=_("dossier"), on_delete=models.CASCADE, related_name="rated"
    )
    level = models.CharField(
        _("level"), max_length=14,
        choices=[
            ("satisfied", _("satisfied")), ("accepted", _("accepted")), ("not_satisfied", _("not satisfied")),
        ],
    )  # fmt: skip
    answers = models.JSONField(_("ready answers chosen"), default=list, blank=True)
    sealed_words = models.BinaryField(_("words, sealed"), null=True, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.level}"


class KeptFigures(models.Model):
    """What index 766 counted over a reporting month (số liệu đã chốt): kept once it was over, and never counted again."""

    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    agency = models.CharField(_("agency"), max_length=40)
    counts = models.JSONField(_("counts"), default=dict)
    at = models.DateTimeField(_("kept"))

    class Meta:
        verbose_name = _("figures of a month")
        verbose_name_plural = _("figures of months")
        constraints = [
            models.UniqueConstraint(fields=["first", "last", "agency"], name="month_is_kept_once_of_an_agency")
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.first} – {self.last}"
