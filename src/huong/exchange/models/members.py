"""Who takes part, what they offer, and who may have it: members and keys, purposes, services, grants, consents."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Member(models.Model):
    """An agency's subsystem on the exchange (thành viên), named as X-Road names it: instance/class/code/subsystem."""

    identifier = models.CharField(_("identifier"), max_length=160, unique=True)
    name = models.CharField(_("name"), max_length=160)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    agency = models.CharField(_("agency's code"), max_length=40, blank=True, db_index=True)
    own = models.BooleanField(_("its key lies in this home"), default=False)
    address = models.CharField(_("address of its node"), max_length=200, blank=True)
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["identifier"]

    def __str__(self) -> str:
        return self.identifier


class MemberKey(models.Model):
    """A public key of a member with its validity (khóa); several overlap while one replaces another."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="keys")
    key_id = models.CharField(_("key id"), max_length=64)
    use = models.CharField(_("use"), max_length=4, choices=[("sign", _("messages")), ("tls", _("connections"))])
    public = models.CharField(_("public key, base64"), max_length=64, blank=True)
    certificate = models.TextField(_("certificate"), blank=True)
    fingerprint = models.CharField(_("SHA-256 of the certificate"), max_length=64, blank=True, db_index=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("member's key")
        verbose_name_plural = _("members' keys")
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="key_ends_after_it_begins"),
            models.UniqueConstraint(fields=["member", "key_id"], name="key_is_kept_once_for_a_member"),
        ]

    def __str__(self) -> str:
        return self.key_id

    def holds_at(self, at: datetime) -> bool:
        """Return whether the key may be used at an instant."""
        return self.valid_from <= at < self.valid_to and (self.revoked_at is None or at < self.revoked_at)


class Edition(models.Model):
    """The edition of members, keys, services and grants (ấn bản): a new one with every change."""

    token = models.CharField(_("token"), max_length=32)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")

    def __str__(self) -> str:
        return self.token


class Purpose(models.Model):
    """What data are used for (mục đích): a procedure or another task given by law, with its rule of visibility."""

    code = models.CharField(_("code"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200)
    basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    visibility = models.CharField(
        _("visibility"),
        max_length=8,
        choices=[("shown", _("shown")), ("delayed", _("shown later")), ("hidden", _("hidden until a date"))],
        default="shown",
    )
    hidden_days = models.PositiveIntegerField(_("days until it is shown"), default=0)
    despite_restriction = models.BooleanField(_("demanded by law even where use is restricted"), default=False)

    class Meta:
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        constraints = [
            models.CheckConstraint(
                condition=Q(visibility="shown") | Q(hidden_days__gt=0), name="what_is_hidden_opens_on_a_day"
            )
        ]

    def __str__(self) -> str:
        return self.code


class DataService(models.Model):
    """A service that a member offers (dịch vụ dữ liệu): fields with their sensitivity, endpoints, where it comes from."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="services")
    code = models.CharField(_("code"), max_length=80)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    kind = models.CharField(
        _("kind"),
        max_length=8,
        choices=[("dataset", _("dataset of the store")), ("http", _("own address")), ("usage", _("usage tracker"))],
    )
    source = models.CharField(_("dataset or address"), max_length=300, blank=True)
    fields = models.JSONField(_("fields"), default=list)
    endpoints = models.JSONField(_("endpoints"), default=list)
    offered_at = models.DateTimeField(_("offered"))
    offered_by = models.BigIntegerField(null=True)
    stopped_from = models.DateTimeField(_("stopped from"), null=True, blank=True)
    stopped_to = models.DateTimeField(_("stopped until"), null=True, blank=True)
    notice = models.CharField(_("notice"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("data service")
        verbose_name_plural = _("data services")
        ordering = ["member__identifier", "code"]
        constraints = [models.UniqueConstraint(fields=["member", "code"], name="service_is_named_once")]

    def __str__(self) -> str:
        return f"{self.member.identifier}/{self.code}"

    @property
    def field_names(self) -> frozenset[str]:
        """Return the names of the fields that the service can give."""
        return frozenset(str(each["name"]) for each in self.fields)

    def is_stopped_at(self, at: datetime) -> bool:
        """Return whether the service is suspended at an instant."""
        return (
            self.stopped_from is not None
            and self.stopped_from <= at
            and (self.stopped_to is None or at < self.stopped_to)
        )


class Grant(models.Model):
    """The right of one consumer to some fields of one service for named purposes (quyền khai thác)."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    service = models.ForeignKey(DataService, on_delete=models.PROTECT, related_name="grants")
    consumer = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="grants")
    fields = models.JSONField(_("fields"), default=list)
    rows = models.JSONField(_("rows"), default=dict)
    purposes = models.JSONField(_("purposes"), default=list)
    why = models.CharField(_("what it is needed for"), max_length=500)
    frequency = models.CharField(_("how often"), max_length=120, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    needs_consent = models.BooleanField(_("only with the person's consent"), default=False)
    rate = models.PositiveIntegerField(_("requests a minute"), default=600)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[
            ("requested", _("waits for a decision")),
            ("granted", _("in force")),
            ("refused", _("not granted")),
            ("suspended", _("suspended")),
            ("ended", _("ended")),
        ],
    )
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.BigIntegerField(null=True)
    due_at = models.DateTimeField(_("decision due"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.BigIntegerField(null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_to = models.DateTimeField(_("valid until"), null=True, blank=True)
    stopped_from = models.DateTimeField(_("suspended from"), null=True, blank=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["-id"]
        indexes = [models.Index(fields=["service", "consumer", "state"], name="grant_by_service")]
        constraints = [
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="grant_is_refused_with_reasons"),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(valid_to__isnull=False), name="grant_in_force_expires"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def holds_at(self, at: datetime) -> bool:
        """Return whether the grant may be used at an instant."""
        if self.state != "granted" or self.valid_from is None or self.valid_to is None:
            return False
        stopped = self.stopped_from is not None and self.stopped_from <= at
        return self.valid_from <= at < self.valid_to and not stopped


class Consent(models.Model):
    """One person's agreement to one purpose (sự đồng ý): never bundled, silence is no, it can be taken back."""

    number = models.CharField(_("number"), max_length=32, unique=True)
    person = models.CharField(_("keyed hash of the person"), max_length=64, db_index=True)
    party = models.CharField(_("party"), max_length=32, db_index=True)
    service = models.ForeignKey(DataService, on_delete=models.PROTECT, related_name="consents")
    consumer = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=80)
    fields = models.JSONField(_("fields"), default=list)
    given_at = models.DateTimeField(_("given"))
    valid_to = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at"]

    def __str__(self) -> str:
        return self.number
