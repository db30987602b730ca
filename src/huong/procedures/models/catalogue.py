"""The catalogue: which procedures a city has, and every version of those whose flow is modelled."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

TIERS = [("ward", _("ward or commune")), ("city", _("city"))]
LEVELS = [("full", _("wholly online")), ("partial", _("partly online")), ("information", _("information only"))]
VERSION_STATES = [("draft", _("draft")), ("published", _("in force")), ("retired", _("no longer in force"))]


class Procedure(models.Model):
    """An administrative procedure (thủ tục hành chính) as the city's list names it.

    One without a published version still has its page, is taken in at the counter, and has a clock.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=400)
    name_en = models.CharField(_("English name"), max_length=400, blank=True)
    folded = models.CharField(_("name without accents"), max_length=400, blank=True)
    domain = models.CharField(_("domain"), max_length=120, blank=True)
    tier = models.CharField(_("tier"), max_length=8, choices=TIERS)
    agency = models.CharField(_("agency"), max_length=40, blank=True)
    level = models.CharField(_("level of online provision"), max_length=12, choices=LEVELS, default="information")
    audience = models.CharField(_("for whom"), max_length=40, blank=True)
    limit_amount = models.FloatField(_("limit"), default=0)
    limit_measure = models.CharField(_("measure of the limit"), max_length=16, default="working_days")
    fee_text = models.CharField(_("fee in words"), max_length=300, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=400, blank=True)
    events = models.JSONField(_("life events"), default=list, blank=True)
    as_of = models.DateField(_("as of"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    digest = models.CharField(_("digest of the row of the folder"), max_length=64, blank=True)
    is_active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("procedure")
        verbose_name_plural = _("procedures")
        ordering = ["code"]
        indexes = [models.Index(fields=["tier", "code"], name="procedure_of_tier")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ProcedureVersion(models.Model):
    """One version of a procedure (phiên bản thủ tục), as `rules.nouns.Document` reads its body.

    A draft may be edited; what was published never changes, and running dossiers keep theirs. What came from the
    city's folder keeps its digest, so that loading the folder again does not undo what the city changed since.
    """

    procedure = models.ForeignKey(
        Procedure, verbose_name=_("procedure"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=VERSION_STATES, default="draft")
    body = models.JSONField(_("content"))
    digest = models.CharField(_("digest of the folder's document"), max_length=64, blank=True)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_to = models.DateTimeField(_("valid until"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("drafted by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("published by"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("version of a procedure")
        verbose_name_plural = _("versions of procedures")
        ordering = ["procedure_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_is_known_once"),
            models.UniqueConstraint(
                fields=["procedure"], condition=Q(state="published"), name="procedure_has_one_version_in_force"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(valid_from__isnull=False), name="procedure_version_in_force_has_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} · {self.number}"


class CatalogueEdition(models.Model):
    """Which edition of the catalogue is in force (ấn bản danh mục), so that what is kept in memory can be renewed."""

    stamp = models.CharField(_("stamp"), max_length=32)

    class Meta:
        verbose_name = _("edition of the catalogue")
        verbose_name_plural = _("editions of the catalogue")

    def __str__(self) -> str:
        return self.stamp


class LifeEvent(models.Model):
    """Something that happens in a life (sự kiện cuộc đời), and the procedures it brings: a child, a shop, a death."""

    key = models.CharField(_("key"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=160)
    name_en = models.CharField(_("English name"), max_length=160)
    hint = models.CharField(_("hint"), max_length=300, blank=True)
    hint_en = models.CharField(_("hint in English"), max_length=300, blank=True)
    icon = models.CharField(_("icon"), max_length=40, blank=True)
    words = models.JSONField(_("how people say it"), default=list, blank=True)
    procedures = models.JSONField(_("codes of the procedures, in their order"), default=list)
    bundled = models.BooleanField(_("asked together"), default=False)
    order = models.PositiveIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("life event")
        verbose_name_plural = _("life events")
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.name


class Gloss(models.Model):
    """The English of a short Vietnamese text of the catalogue (bản tiếng Anh): a domain, a law, where a fee stands."""

    text = models.CharField(_("Vietnamese text"), max_length=400, unique=True)
    english = models.CharField(_("in English"), max_length=400)

    class Meta:
        verbose_name = _("English of a text")
        verbose_name_plural = _("English of texts")

    def __str__(self) -> str:
        return self.english
