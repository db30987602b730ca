"""What persons ask and share: questions about their data, shared facts, whom they represent, where they live."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Question(models.Model):
    """What a person asks an agency about their data (hỏi lại), with a clock for the answer."""

    number = models.CharField(_("number"), max_length=32, unique=True)
    kind = models.CharField(
        _("kind"),
        max_length=8,
        choices=[
            ("why", _("why was it seen")),
            ("correct", _("please correct it")),
            ("restrict", _("please restrict its use")),
            ("erase", _("please erase it")),
        ],
    )
    party = models.CharField(_("party"), max_length=32, db_index=True)
    agency = models.CharField(_("agency that answers"), max_length=40, db_index=True)
    about = models.CharField(_("about what"), max_length=250)
    access = models.ForeignKey("exchange.AccessRecord", null=True, on_delete=models.PROTECT, related_name="questions")
    text = models.CharField(_("question"), max_length=1000, blank=True)
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("answer due"))
    outcome = models.CharField(
        _("outcome"), max_length=8, blank=True, choices=[("done", _("carried out")), ("refused", _("not carried out"))]
    )
    answer = models.CharField(_("answer"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("question about data")
        verbose_name_plural = _("questions about data")
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "kind", "about"], condition=Q(answered_at=None), name="question_is_open_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(answer=""), name="question_is_answered_with_words"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class FactShare(models.Model):
    """One verified fact that a person or firm lets a third party see (chia sẻ điều đã xác minh).

    The link's code and what the source said are sealed under a key of the party's own; erasure destroys it.
    """

    number = models.CharField(_("number"), max_length=32, unique=True)
    code_hash = models.CharField(_("keyed hash of the link's code"), max_length=64, unique=True)
    party = models.CharField(_("party"), max_length=32, db_index=True)
    shared_by = models.BigIntegerField(_("shared by"), null=True)
    fact = models.CharField(_("fact"), max_length=60)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    recipient = models.CharField(_("recipient"), max_length=160, blank=True)
    sealed = models.BinaryField(_("code and claims, sealed"), null=True)
    source = models.CharField(_("source"), max_length=250)
    message_id = models.CharField(_("exchange"), max_length=60, blank=True)
    fetched_at = models.DateTimeField(_("fetched"))
    fact_valid_until = models.DateTimeField(_("the answer may be used until"))
    shared_at = models.DateTimeField(_("shared"))
    valid_to = models.DateTimeField(_("shared until"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    openings = models.PositiveIntegerField(_("times opened"), default=0)
    opened_at = models.DateTimeField(_("last opened"), null=True, blank=True)

    class Meta:
        verbose_name = _("shared fact")
        verbose_name_plural = _("shared facts")
        ordering = ["-shared_at"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("shared_at")), name="share_ends_after_it_begins"),
        ]

    def __str__(self) -> str:
        return self.number

    def is_open_at(self, at: datetime) -> bool:
        """Return whether a third party may open it at an instant."""
        return self.revoked_at is None and at < self.valid_to


class RegisterCheck(models.Model):
    """That a register is asked whom somebody represents by law (xác nhận quyền đại diện); it waits until it answers."""

    party = models.CharField(_("party"), max_length=32)
    source = models.CharField(
        _("register"),
        max_length=16,
        choices=[("civil-status", _("civil-status register")), ("business", _("business register"))],
    )
    state = models.CharField(
        _("state"), max_length=8, choices=[("waiting", _("waits for the register")), ("answered", _("answered"))]
    )
    asked_at = models.DateTimeField(_("asked"))
    tried_at = models.DateTimeField(_("last tried"), null=True, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    found = models.PositiveIntegerField(_("confirmed"), default=0)

    class Meta:
        verbose_name = _("question to a register")
        verbose_name_plural = _("questions to registers")
        constraints = [models.UniqueConstraint(fields=["party", "source"], name="register_is_asked_once_for_a_party")]

    def __str__(self) -> str:
        return f"{self.source} {self.state}"


class PersonPlace(models.Model):
    """With whom and in which street somebody lives, as keyed hashes (nơi ở): so that looking up neighbours shows."""

    person = models.CharField(_("keyed hash of the person"), max_length=64, unique=True)
    household = models.CharField(_("keyed hash of the household"), max_length=64)
    block = models.CharField(_("keyed hash of the street"), max_length=64)
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("place of a person")
        verbose_name_plural = _("places of persons")

    def __str__(self) -> str:
        return self.person[:8]
