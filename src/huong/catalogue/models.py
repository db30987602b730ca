"""What the city's data is: datasets, the versions of their contracts, and shared code lists."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huong.catalogue import rules

DOMAIN_NAMES = {
    "public_order": _("public order"),
    "traffic": _("traffic"),
    "health": _("health"),
    "environment": _("environment"),
    "public_services": _("public services"),
    "social_life": _("social life"),
}
CLASSIFICATION_NAMES = {
    "open": pgettext_lazy("classification", "open"),
    "shared": pgettext_lazy("classification", "shared"),
    "restricted": pgettext_lazy("classification", "restricted"),
    "personal": pgettext_lazy("classification", "personal"),
}


class Dataset(models.Model):
    """A table that an agency owns and keeps for all (bộ dữ liệu). Its facts follow the contract in force."""

    name = models.SlugField(_("name"), max_length=63, unique=True)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    owner = models.ForeignKey(
        "people.Agency", verbose_name=_("owner"), on_delete=models.PROTECT, related_name="datasets"
    )
    steward = models.ForeignKey(
        "people.User",
        verbose_name=_("data steward"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="datasets",
    )
    domain = models.CharField(_("domain"), max_length=20, choices=list(DOMAIN_NAMES.items()))
    classification = models.CharField(_("classification"), max_length=12, choices=list(CLASSIFICATION_NAMES.items()))
    is_discoverable = models.BooleanField(_("listed in the catalogue"), default=True)
    folded = models.CharField(_("titles without accents"), max_length=480, blank=True)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        ordering = ["name"]
        indexes = [models.Index(fields=["owner", "name"], name="datasets_of_an_owner")]
        constraints = [
            models.CheckConstraint(condition=Q(domain__in=rules.DOMAINS), name="dataset_is_of_a_known_domain"),
            models.CheckConstraint(condition=Q(classification__in=rules.CLASSIFICATIONS), name="dataset_is_classified"),
        ]

    def __str__(self) -> str:
        return self.title


class Contract(models.Model):
    """A version of a dataset's contract (quy cách dữ liệu), as an ODCS document; never changed, only superseded."""

    dataset = models.ForeignKey(Dataset, verbose_name=_("dataset"), on_delete=models.PROTECT, related_name="contracts")
    version = models.CharField(_("version"), max_length=20)
    major = models.PositiveIntegerField(_("major"))
    minor = models.PositiveIntegerField(_("minor"))
    patch = models.PositiveIntegerField(_("patch"))
    document = models.TextField(_("document"))
    digest = models.CharField(_("digest"), max_length=64)
    changes = models.JSONField(_("changes"), default=list)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=[("draft", _("draft")), ("active", _("in force")), ("superseded", _("superseded"))],
        default="draft",
    )
    added_by = models.ForeignKey(
        "people.User", verbose_name=_("added by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(_("added at"))
    activated_at = models.DateTimeField(_("in force since"), null=True, blank=True)

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["dataset_id", "-major", "-minor", "-patch"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "version"], name="contract_has_each_version_once"),
            models.UniqueConstraint(
                fields=["dataset"], condition=Q(state="active"), name="dataset_has_one_contract_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.version}"


class CodeListQuerySet(models.QuerySet["CodeList"]):
    """Code lists on a day."""

    def on(self, day: date) -> "CodeListQuerySet":
        """Return the versions that hold on a day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class CodeList(models.Model):
    """A version of a shared code list (danh mục dùng chung), valid from one day to another."""

    name = models.SlugField(_("name"), max_length=63)
    version = models.CharField(_("version"), max_length=20)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200)
    source = models.CharField(_("source"), max_length=300, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    digest = models.CharField(_("digest"), max_length=64)

    objects = CodeListQuerySet.as_manager()

    class Meta:
        verbose_name = _("code list")
        verbose_name_plural = _("code lists")
        ordering = ["name", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="code_list_has_each_version_once"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="code_list_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"


def no_spellings() -> list[str]:
    """Return the other spellings of a code that has none."""
    return []


class Code(models.Model):
    """One entry of a code list (mã), with the other spellings that mean it."""

    list = models.ForeignKey(CodeList, verbose_name=_("code list"), on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(_("code"), max_length=80)
    label = models.CharField(_("label"), max_length=200)
    label_en = models.CharField(_("English label"), max_length=200)
    aliases = models.JSONField(_("other spellings"), default=no_spellings)
    position = models.PositiveIntegerField(_("position"))

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        ordering = ["list_id", "position"]
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="code_stands_once_in_its_list")]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"
