"""What happened: exchanges, who saw what, how services of other nodes do, copies of register answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Exchange(models.Model):
    """One request and its answer (giao dịch), without what was said: ids, digests, both signatures and signed heads."""

    direction = models.CharField(_("direction"), max_length=3, choices=[("in", _("served")), ("out", _("asked"))])
    client = models.CharField(_("consumer"), max_length=160)
    service = models.CharField(_("service"), max_length=250, db_index=True)
    endpoint = models.CharField(_("endpoint"), max_length=120)
    message_id = models.CharField(_("X-Road-Id"), max_length=60)
    request_id = models.CharField(_("X-Road-Request-Id"), max_length=40)
    issue = models.CharField(_("issue"), max_length=170, blank=True)
    purpose = models.CharField(_("purpose"), max_length=80, blank=True)
    grant = models.CharField(_("grant"), max_length=20, blank=True, db_index=True)
    fields = models.CharField(_("fields"), max_length=1000, blank=True)
    persons = models.PositiveIntegerField(_("persons"), default=0)
    status = models.PositiveSmallIntegerField(_("status"))
    fault = models.CharField(_("fault"), max_length=80, blank=True)
    request_digest = models.CharField(_("digest of the request's body"), max_length=100, blank=True)
    response_digest = models.CharField(_("digest of the answer's body"), max_length=100, blank=True)
    request_hash = models.CharField(_("request hash"), max_length=100, blank=True)
    sealed_proof = models.BinaryField(_("signed heads and signatures, sealed"), null=True)
    size = models.PositiveIntegerField(_("bytes of the answer"), default=0)
    at = models.DateTimeField(_("at"), db_index=True)
    milliseconds = models.FloatField(_("duration, ms"))

    class Meta:
        verbose_name = _("exchange")
        verbose_name_plural = _("exchanges")
        constraints = [
            models.UniqueConstraint(fields=["direction", "client", "message_id"], name="message_comes_once"),
        ]
        indexes = [models.Index(fields=["service", "at"], name="exchange_by_service")]

    def __str__(self) -> str:
        return self.message_id


class AccessRecord(models.Model):
    """That somebody saw something of a person (lượt xem dữ liệu): when, who, which fields, why, from which door."""

    person = models.CharField(_("keyed hash of the person"), max_length=64)
    at = models.DateTimeField(_("at"))
    agency = models.CharField(_("agency or member"), max_length=160)
    by = models.BigIntegerField(_("officer"), null=True)
    role = models.CharField(_("post"), max_length=20, blank=True)
    fields = models.CharField(_("fields"), max_length=1000)
    purpose = models.CharField(_("purpose"), max_length=200)
    issue = models.CharField(_("matter"), max_length=170, blank=True)
    source = models.CharField(_("where it was seen"), max_length=250)
    refused = models.BooleanField(_("refused"), default=False)
    shown_from = models.DateTimeField(_("shown from"))
    entry = models.BigIntegerField(_("journal entry"), null=True, unique=True)
    exchange = models.ForeignKey(Exchange, null=True, on_delete=models.PROTECT, related_name="seen")

    class Meta:
        verbose_name = _("access to personal data")
        verbose_name_plural = _("accesses to personal data")
        indexes = [
            models.Index(fields=["person", "-at"], name="access_by_person"),
            models.Index(fields=["agency", "at"], name="access_by_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.at:%Y-%m-%d}"


class Line(models.Model):
    """How a service of another node is doing (đường nối): the circuit breaker's memory."""

    service = models.CharField(_("service"), max_length=250, unique=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    closed_until = models.DateTimeField(_("left alone until"), null=True, blank=True)
    last_ok_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    last_failed_at = models.DateTimeField(_("last failure"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")

    def __str__(self) -> str:
        return self.service


class RegisterCopy(models.Model):
    """A value fetched from a national register (bản sao), sealed, and unused once its validity is over."""

    register = models.CharField(_("register"), max_length=40)
    person = models.CharField(_("keyed hash of what was asked for"), max_length=64)
    sealed = models.BinaryField(_("value, sealed"))
    source = models.CharField(_("service"), max_length=250)
    message_id = models.CharField(_("exchange"), max_length=60)
    fetched_at = models.DateTimeField(_("fetched"))
    valid_until = models.DateTimeField(_("valid until"))

    class Meta:
        verbose_name = _("register copy")
        verbose_name_plural = _("register copies")
        constraints = [models.UniqueConstraint(fields=["register", "person"], name="copy_is_kept_once")]

    def __str__(self) -> str:
        return self.register
