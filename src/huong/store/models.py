"""The store's own rows: commits, the pointer that readers follow, and the state of the serving copies."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MODES = [
    ("append", _("append")),
    ("upsert", _("upsert")),
    ("replace", _("replace")),
    ("rollback", _("rollback")),
]
STATES = [
    ("committing", _("committing")),
    ("written", _("written, not yet published")),
    ("published", _("published")),
    ("unchanged", _("changed nothing")),
    ("rolled_back", _("rolled back")),
]


class Commit(models.Model):
    """One whole change of a dataset (lần ghi): what a load brought, visible as a whole or not at all.

    `version` counts 1, 2, 3 per dataset and is what people see; `delta_version` is the number of the
    Delta table that holds it, which also counts what nobody ever sees.
    """

    dataset = models.CharField(_("dataset"), max_length=100)
    batch = models.CharField(_("batch"), max_length=128)
    load = models.CharField(_("load"), max_length=64, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=MODES)
    state = models.CharField(_("state"), max_length=12, choices=STATES, default="committing")
    contract_version = models.CharField(_("contract version"), max_length=20, blank=True)
    version = models.PositiveIntegerField(_("version"), null=True, blank=True)
    delta_version = models.PositiveBigIntegerField(_("version of the Delta table"), null=True, blank=True)
    rows = models.BigIntegerField(_("rows"), default=0)
    added = models.BigIntegerField(_("rows added"), default=0)
    updated = models.BigIntegerField(_("rows updated"), default=0)
    deleted = models.BigIntegerField(_("rows deleted"), default=0)
    bytes = models.BigIntegerField(_("bytes"), default=0)
    begun_at = models.DateTimeField(_("begun at"))
    at = models.DateTimeField(_("published at"), null=True, blank=True)
    base = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("built on")
    )
    data_at = models.DateTimeField(_("newest event in the data"), null=True, blank=True)
    by = models.BigIntegerField(_("by"), null=True, blank=True)
    retired_at = models.DateTimeField(_("time travel ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("commit")
        verbose_name_plural = _("commits")
        constraints = [
            models.UniqueConstraint(fields=["dataset", "batch"], name="a_batch_enters_a_dataset_once"),
            models.UniqueConstraint(
                fields=["dataset", "version"], condition=Q(version__isnull=False), name="a_version_is_one_commit"
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(version__isnull=False, delta_version__isnull=False, at__isnull=False),
                name="a_published_commit_has_a_version",
            ),
        ]
        indexes = [models.Index(fields=["dataset", "state", "-version"], name="commits_of_a_dataset")]

    def __str__(self) -> str:
        return f"{self.dataset}@{self.version or self.state}"

    @property
    def is_published(self) -> bool:
        """Return whether readers may see it."""
        return self.state == "published"

    @property
    def changed(self) -> bool:
        """Return whether it changed, or would change, what readers see."""
        return self.state in {"written", "published"}


class Table(models.Model):
    """A dataset's pointer (con trỏ): the one commit that readers see. Moved in one transaction, never guessed."""

    dataset = models.CharField(_("dataset"), max_length=100, primary_key=True)
    current = models.ForeignKey(
        Commit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("current commit")
    )

    class Meta:
        verbose_name = _("table")
        verbose_name_plural = _("tables")

    def __str__(self) -> str:
        return self.dataset


class ServingCopy(models.Model):
    """Which serving copy of a dataset is in use (bản phục vụ), and from which commit it was made. Disposable."""

    dataset = models.CharField(_("dataset"), max_length=100, primary_key=True)
    version = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("name of the file or table"), max_length=200)
    layout = models.JSONField(_("layout"), default=dict)
    rows = models.BigIntegerField(_("rows"), default=0)
    made_at = models.DateTimeField(_("made at"))
    rebuilt = models.BooleanField(_("made anew"), default=True)

    class Meta:
        verbose_name = _("serving copy")
        verbose_name_plural = _("serving copies")

    def __str__(self) -> str:
        return f"{self.dataset}@{self.version}"
