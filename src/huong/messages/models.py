"""The nouns of messages: contact points, outgoing messages, the bell."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

STATES = [
    ("waiting", _("waiting")),
    ("sent", _("sent")),
    ("failed", _("failed, tried again")),
    ("dead", _("given up")),
    ("dropped", _("let go by somebody")),
]


class ContactPoint(models.Model):
    """Where a person can be reached (nơi liên hệ): the address encrypted, verified by a code."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="contact_points", verbose_name=_("person")
    )
    channel = models.CharField(_("channel"), max_length=20)
    address = models.BinaryField(_("address"))
    address_hash = models.CharField(_("hash of the address"), max_length=64, db_index=True)
    shown = models.CharField(_("shown as"), max_length=120)
    language = models.CharField(_("language"), max_length=8, default="vi")
    created_at = models.DateTimeField(_("added"))
    verified_at = models.DateTimeField(_("verified"), null=True)
    code_hash = models.CharField(_("hash of the code"), max_length=64, blank=True)
    code_until = models.DateTimeField(_("code valid until"), null=True)
    code_tries = models.PositiveSmallIntegerField(_("tries of the code"), default=0)

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        constraints = (
            models.UniqueConstraint(fields=["user", "channel", "address_hash"], name="contact_point_is_kept_once"),
        )

    def __str__(self) -> str:
        return self.shown


class Outgoing(models.Model):
    """A message on its way out (tin gửi đi). What it says is encrypted and emptied once it is sent."""

    key = models.CharField(_("key"), max_length=160, unique=True)
    channel = models.CharField(_("channel"), max_length=20)
    shown = models.CharField(_("to"), max_length=120)
    template = models.CharField(_("template"), max_length=100)
    payload = models.BinaryField(_("content"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=STATES, default="waiting")
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    reason = models.CharField(_("why it was let go"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        indexes = (models.Index(fields=["state", "next_at"], name="outgoing_by_next_attempt"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "failed"], next_at__isnull=False)
                | models.Q(state__in=["sent", "dead", "dropped"], next_at__isnull=True),
                name="outgoing_has_a_next_attempt_while_it_waits",
            ),
        )

    def __str__(self) -> str:
        return f"{self.template} → {self.shown}"


class Bell(models.Model):
    """A line behind the bell (thông báo): a translatable sentence with arguments, and where it leads."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bells", verbose_name=_("person")
    )
    key = models.CharField(_("key"), max_length=160)
    kind = models.CharField(_("kind"), max_length=40)
    text = models.CharField(_("text"), max_length=300)
    arguments = models.JSONField(_("arguments"), default=dict)
    url = models.CharField(_("address"), max_length=300)
    at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read"), null=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = (models.Index(fields=["user", "read_at", "-at"], name="bell_by_person"),)
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="bell_rings_once_per_key"),)

    def __str__(self) -> str:
        return self.text
