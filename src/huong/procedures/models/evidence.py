"""What a party can show: the vault, its results, and what she let others see or use."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

EVIDENCE_ORIGINS = [
    ("declared", _("declared")),
    ("fetched", _("from a shared source")),
    ("issued", _("issued here")),
    ("derived", _("derived")),
]
RESULT_STATES = [("proposed", _("waiting for signature")), ("signed", _("in force")), ("revoked", _("revoked"))]


class Evidence(models.Model):
    """A paper or fact in somebody's vault (giấy tờ, dữ liệu trong kho cá nhân): never edited, only superseded.

    Values are sealed under the data key `vault:<party>`; the file is kept under the same scope.
    """

    uid = models.CharField(_("public id"), max_length=32, unique=True)
    party = models.ForeignKey("people.Party", verbose_name=_("whose"), on_delete=models.PROTECT, related_name="+")
    type = models.CharField(_("type"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    origin = models.CharField(_("origin"), max_length=10, choices=EVIDENCE_ORIGINS)
    issuer = models.CharField(_("issuer"), max_length=160, blank=True)
    number_hash = models.CharField(_("keyed hash of the document's number"), max_length=64, blank=True)
    sealed = models.BinaryField(_("values, sealed"), null=True, blank=True)
    digest = models.CharField(_("digest of the values"), max_length=64, blank=True)
    blob = models.BigIntegerField(_("file content"), null=True, blank=True)
    exchange = models.CharField(_("exchange that proves it"), max_length=64, blank=True)
    dossier = models.ForeignKey(
        "procedures.Dossier", verbose_name=_("from the dossier"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    issued_at = models.DateTimeField(_("issued"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", verbose_name=_("superseded by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    checked = models.BooleanField(_("an officer looked at it"), default=False)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["-issued_at", "-id"]
        indexes = [
            models.Index(
                fields=["party", "type"], name="evidence_in_force",
                condition=Q(superseded_by__isnull=True, revoked_at__isnull=True),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.type} {self.uid[:8]}"


class Result(models.Model):
    """What a procedure gives (kết quả): proposed with a checklist, signed by a leader, checked by anybody, revocable."""

    dossier = models.ForeignKey(
        "procedures.Dossier", verbose_name=_("dossier"), on_delete=models.PROTECT, related_name="results"
    )
    kind = models.CharField(_("kind"), max_length=60)
    party = models.ForeignKey("people.Party", verbose_name=_("whose"), on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=RESULT_STATES, default="proposed")
    verify_code = models.CharField(_("code for checking"), max_length=20, unique=True)
    number = models.CharField(_("number of the document"), max_length=80, blank=True)
    agency = models.CharField(_("agency"), max_length=40)
    checklist = models.JSONField(_("checklist"), default=list, blank=True)
    sealed = models.BinaryField(_("what it says, sealed"), null=True, blank=True)
    digest = models.CharField(_("digest of what it says"), max_length=64, blank=True)
    proposed_at = models.DateTimeField(_("proposed"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("proposed by"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    opened_at = models.DateTimeField(_("read by the signer"), null=True, blank=True)
    opened_by = models.BigIntegerField(_("who read it"), null=True, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("signed by"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    signer_shown = models.CharField(_("signer as shown"), max_length=200, blank=True)
    draft = models.BigIntegerField(_("unsigned file"), null=True, blank=True)
    pdf = models.BigIntegerField(_("signed file"), null=True, blank=True)
    pdf_digest = models.CharField(_("digest of the signed file"), max_length=64, blank=True)
    sealed_credential = models.BinaryField(_("SD-JWT credential, sealed"), null=True, blank=True)
    evidence = models.ForeignKey(
        Evidence, verbose_name=_("in the vault as"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_why = models.CharField(_("why it was revoked"), max_length=40, blank=True)
    replaces = models.ForeignKey(
        "self", verbose_name=_("replaces"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["agency", "proposed_at", "id"], name="result_to_sign", condition=Q(state="proposed"))
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_at__isnull=False), name="result_in_force_is_signed"
            ),
            models.CheckConstraint(
                condition=~Q(state="revoked") | Q(revoked_at__isnull=False), name="result_revoked_has_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.verify_code}"


class Share(models.Model):
    """A paper shown to somebody for an hour by a QR (chia sẻ giấy tờ); only a keyed hash of its code is kept."""

    evidence = models.ForeignKey(Evidence, verbose_name=_("paper"), on_delete=models.CASCADE, related_name="shares")
    code_hash = models.CharField(_("keyed hash of the code"), max_length=64, unique=True)
    at = models.DateTimeField(_("given"))
    until = models.DateTimeField(_("until"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    opened = models.PositiveIntegerField(_("times opened"), default=0)

    class Meta:
        verbose_name = _("shared paper")
        verbose_name_plural = _("shared papers")

    def __str__(self) -> str:
        return f"{self.evidence_id} until {self.until:%H:%M}"


class ExplicitRequest(models.Model):
    """That somebody asked us to fetch something for a dossier (yêu cầu rõ ràng), or said that we may not.

    Source: Single Digital Gateway's explicit request and preview; Law 91/2025 on personal data.
    """

    dossier = models.ForeignKey(
        "procedures.Dossier", verbose_name=_("dossier"), on_delete=models.CASCADE, related_name="requests"
    )
    source = models.CharField(_("source"), max_length=160)
    purpose = models.CharField(_("purpose"), max_length=40)
    use = models.BooleanField(_("may be used"))
    at = models.DateTimeField(_("at"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("explicit request")
        verbose_name_plural = _("explicit requests")
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "source"], condition=Q(revoked_at=None), name="explicit_request_stands_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.source}"


class Correction(models.Model):
    """A value of a source said to be wrong (đề nghị đính chính): a case of its owner, with a clock; nobody waits for it."""

    uid = models.CharField(_("public id"), max_length=32, unique=True)
    dossier = models.ForeignKey(
        "procedures.Dossier", verbose_name=_("dossier"), on_delete=models.PROTECT, related_name="corrections"
    )
    party = models.ForeignKey("people.Party", verbose_name=_("who says so"), on_delete=models.PROTECT, related_name="+")
    key = models.CharField(_("field"), max_length=120)
    source = models.CharField(_("source"), max_length=160)
    owner = models.CharField(_("agency that answers for the source"), max_length=40)
    sealed_wrong = models.BinaryField(_("what the source says, sealed"), null=True)
    sealed_right = models.BinaryField(_("what is right, sealed"), null=True)
    proof = models.BigIntegerField(_("photo that proves it"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10,
        choices=[("open", _("open")), ("corrected", _("corrected")), ("kept", _("the source was right"))],
        default="open",
    )  # fmt: skip
    at = models.DateTimeField(_("at"))
    due_at = models.DateTimeField(_("due"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    sealed_answer = models.BinaryField(_("answer, sealed"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("correction asked for")
        verbose_name_plural = _("corrections asked for")
        indexes = [models.Index(fields=["owner", "due_at", "id"], name="correction_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return f"{self.key} {self.uid[:8]}"
