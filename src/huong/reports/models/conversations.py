"""Letters by mail and messenger: who writes by which lines, what came, what went back, how far a mailbox was read."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from huong.reports.models.report import Report

CHANNELS = [("mail", _("mail")), ("messenger", _("messenger"))]
OUTCOMES = [
    ("new", _("became a report")),
    ("added", _("was added to a report")),
    ("ignored", _("left alone")),
    ("refused", _("could not be taken")),
    ("sent", _("went out")),
]


class Correspondent(models.Model):
    """Somebody who writes to the city (người viết), by one line or by several."""

    uid = models.CharField(_("public id"), max_length=32, unique=True)
    phone_hash = models.CharField(_("keyed hash of the proven phone"), max_length=64, blank=True, db_index=True)
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("correspondent")
        verbose_name_plural = _("correspondents")

    def __str__(self) -> str:
        return self.uid


class Line(models.Model):
    """One address by which somebody writes (đường liên lạc): a mail address, an account of a messenger; sealed."""

    correspondent = models.ForeignKey(
        Correspondent, verbose_name=_("correspondent"), on_delete=models.CASCADE, related_name="lines"
    )
    channel = models.CharField(_("channel"), max_length=10, choices=CHANNELS)
    provider = models.CharField(_("messenger"), max_length=40, blank=True)
    address = models.BinaryField(_("address, sealed"))
    address_hash = models.CharField(_("keyed hash of the address"), max_length=64)
    shown = models.CharField(_("shown as"), max_length=120)
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("line of contact")
        verbose_name_plural = _("lines of contact")
        constraints = [
            models.UniqueConstraint(fields=["channel", "provider", "address_hash"], name="line_is_kept_once")
        ]

    def __str__(self) -> str:
        return self.shown


class Letter(models.Model):
    """A letter or message (thư, tin): known by the hash of its own id, so that it is taken once; its words stand elsewhere."""

    line = models.ForeignKey(
        Line,
        verbose_name=_("line of contact"),
        on_delete=models.SET_NULL,
        related_name="letters",
        null=True,
        blank=True,
    )
    channel = models.CharField(_("channel"), max_length=10, choices=CHANNELS)
    remote_hash = models.CharField(_("keyed hash of its own id"), max_length=64)
    remote_id = models.CharField(_("its own id, for answers"), max_length=250, blank=True)
    report = models.ForeignKey(
        Report, verbose_name=_("report"), on_delete=models.CASCADE, related_name="letters", null=True, blank=True
    )
    outcome = models.CharField(_("what became of it"), max_length=8, choices=OUTCOMES)
    why = models.CharField(_("why"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [models.UniqueConstraint(fields=["channel", "remote_hash"], name="letter_is_taken_once")]
        indexes = [models.Index(fields=["report", "id"], name="letter_of_report")]

    def __str__(self) -> str:
        return f"{self.channel} {self.outcome}"


class Mailbox(models.Model):
    """How far the mailbox that citizens write to was read (hộp thư), and what was in the way."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    validity = models.BigIntegerField(_("UIDVALIDITY"), default=0)
    uid = models.BigIntegerField(_("last UID read"), default=0)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failed_at = models.DateTimeField(_("failing since"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    due_at = models.DateTimeField(_("asked next"))

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")

    def __str__(self) -> str:
        return self.name


class Messenger(models.Model):
    """A messenger whose gateway brings messages and takes answers (ứng dụng nhắn tin), each signed by a shared secret."""

    key = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    secret = models.BinaryField(_("shared secret, sealed"))
    send_url = models.CharField(_("where answers go"), max_length=300)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("messenger")
        verbose_name_plural = _("messengers")

    def __str__(self) -> str:
        return self.name
