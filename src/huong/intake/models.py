"""The nouns of intake: sources, loads, and repairs of what waits in quarantine."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huong.base.ids import new_id
from huong.intake.types import Recipe

STATES = [
    ("received", _("received, waiting for its columns to be confirmed")),
    ("queued", _("queued")),
    ("reading", _("reading")),
    ("checking", _("checking")),
    ("committing", _("committing")),
    ("done", _("done")),
    ("stopped", _("stopped")),
    ("failed", _("refused")),
]
USER = "people.User"
RUNNING = ("queued", "reading", "checking", "committing")


class Source(models.Model):
    """Where a dataset's data comes from, again and again (nguồn dữ liệu)."""

    id = models.CharField(primary_key=True, max_length=32, default=new_id, editable=False)
    dataset = models.CharField(_("dataset"), max_length=100, db_index=True)
    owner = models.CharField(_("owner"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20)
    settings = models.JSONField(_("settings"), default=dict)
    mapping = models.JSONField(_("mapping"), default=dict)
    recipe = models.JSONField(_("recipe"), default=dict)
    credentials = models.BinaryField(_("credentials, encrypted"), null=True)
    every_minutes = models.PositiveIntegerField(_("every so many minutes"), null=True, blank=True)
    cursor = models.JSONField(_("how far it was read"), default=dict)
    is_active = models.BooleanField(_("active"), default=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    ran_at = models.DateTimeField(_("last run"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    last_error = models.TextField(_("last error"), blank=True)
    made_by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            models.UniqueConstraint(fields=["dataset", "name"], name="a_source_has_one_name_in_its_dataset"),
        ]
        indexes = [models.Index(fields=["is_active", "due_at"], name="sources_that_are_due")]

    def __str__(self) -> str:
        return f"{self.dataset}: {self.name}"


class Load(models.Model):
    """One attempt to bring data in (lần nạp dữ liệu). A batch enters once, however often it is sent.

    `counts` and `flags` give per check how many rows broke it; `open` how many of them still wait in
    quarantine.
    """

    id = models.CharField(primary_key=True, max_length=32, default=new_id, editable=False)
    dataset = models.CharField(_("dataset"), max_length=100)
    owner = models.CharField(_("owner"), max_length=40)
    source = models.ForeignKey(Source, models.SET_NULL, null=True, blank=True, related_name="loads")
    replays = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replayed_by")
    batch = models.CharField(_("batch"), max_length=64, blank=True)
    blob = models.ForeignKey("files.Blob", models.PROTECT, null=True, related_name="+")
    raw_digest = models.CharField(_("SHA-256 of the raw file"), max_length=64, db_index=True)
    scope = models.CharField(_("data key"), max_length=160, blank=True)
    name = models.CharField(_("name of the file"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default="queued")
    mapping = models.JSONField(_("mapping"), default=dict)
    recipe = models.JSONField(_("recipe"), default=dict)
    detected = models.JSONField(_("what was detected"), default=dict)
    columns = models.JSONField(_("columns"), default=list)
    contract_version = models.CharField(_("contract version"), max_length=20, blank=True)
    expected_rows = models.BigIntegerField(_("announced rows"), null=True, blank=True)
    read = models.BigIntegerField(_("rows read"), default=0)
    accepted = models.BigIntegerField(_("rows accepted"), default=0)
    refused = models.BigIntegerField(_("rows refused"), default=0)
    flagged = models.BigIntegerField(_("rows flagged"), default=0)
    counts = models.JSONField(_("refused rows per check"), default=dict)
    flags = models.JSONField(_("flagged rows per check"), default=dict)
    open = models.JSONField(_("waiting rows per check"), default=dict)
    open_rows = models.BigIntegerField(_("waiting rows"), default=0)
    repaired_rows = models.BigIntegerField(_("repaired rows that were not replayed yet"), default=0)
    commit_before = models.PositiveIntegerField(_("commit before"), null=True, blank=True)
    commit_after = models.PositiveIntegerField(_("commit after"), null=True, blank=True)
    rows_done = models.BigIntegerField(_("rows done so far"), default=0)
    rows_total = models.BigIntegerField(_("rows to be done"), null=True, blank=True)
    rows_per_second = models.FloatField(_("rows per second"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=40, blank=True)
    message = models.TextField(_("message"), blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(_("made at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    repeated = False  # set on the object that comes back when the same batch is sent again

    class Meta:
        verbose_name = _("load")
        verbose_name_plural = _("loads")
        constraints = [
            models.CheckConstraint(condition=~Q(state="done") | ~Q(batch=""), name="a_load_that_is_done_has_a_batch"),
            models.UniqueConstraint(fields=["batch"], condition=~Q(batch=""), name="a_batch_is_one_load"),
        ]
        indexes = [
            models.Index(fields=["dataset", "-id"], name="loads_of_a_dataset"),
            models.Index(fields=["dataset", "open_rows"], condition=Q(open_rows__gt=0), name="loads_with_waiting_rows"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.name}"

    @property
    def is_personal(self) -> bool:
        """Return whether its raw file and refused rows are encrypted."""
        return bool(self.scope)

    @property
    def reading(self) -> Recipe:
        """Return how the file is read."""
        return Recipe.of(self.recipe)

    @property
    def share_done(self) -> float | None:
        """Return how much of the load is done, from 0 to 1; None if that cannot be said."""
        if self.state == "done":
            return 1.0
        return min(1.0, self.rows_done / self.rows_total) if self.rows_total else None

    @property
    def seconds_left(self) -> float | None:
        """Return how long the present step will take, or None if that cannot be said."""
        if not self.rows_total or not self.rows_per_second:
            return None
        return max(0.0, (self.rows_total - self.rows_done) / self.rows_per_second)


class Run(models.Model):
    """One time a source was asked (lần lấy dữ liệu): what it gave, or why it gave nothing."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="runs")
    at = models.DateTimeField(_("at"))
    seconds = models.FloatField(_("seconds"), default=0)
    rows = models.BigIntegerField(_("rows"), default=0)
    load = models.ForeignKey(Load, models.SET_NULL, null=True, blank=True, related_name="+")
    problem = models.CharField(_("problem"), max_length=40, blank=True)
    message = models.TextField(_("message"), blank=True)

    class Meta:
        verbose_name = _("run of a source")
        verbose_name_plural = _("runs of sources")
        indexes = [models.Index(fields=["source", "-at"], name="runs_of_a_source")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.at:%Y-%m-%d %H:%M}"


class Repair(models.Model):
    """What a person decided about refused rows (sửa dữ liệu): one row, or all rows of a rule.

    `sealed` holds old and new values as JSON, encrypted for personal datasets.
    """

    load = models.ForeignKey(Load, models.PROTECT, related_name="repairs")
    row = models.BigIntegerField(_("row"), null=True, blank=True)
    rule = models.CharField(_("rule"), max_length=120, blank=True)
    kind = models.CharField(
        _("kind"),
        max_length=10,
        choices=[
            ("edit", _("values edited")),
            ("replace", _("value replaced")),
            ("code", _("code mapped")),
            ("unit", _("unit set")),
            ("empty", _("value emptied")),
            ("drop", _("dropped")),
        ],
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[("made", _("made")), ("replayed", _("replayed")), ("undone", _("undone"))],
        default="made",
    )
    sealed = models.BinaryField(_("values"))
    rows = models.BigIntegerField(_("rows concerned"), default=0)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("repair")
        verbose_name_plural = _("repairs")
        constraints = [
            models.CheckConstraint(
                condition=Q(row__isnull=False, rule="") | (Q(row__isnull=True) & ~Q(rule="")),
                name="a_repair_concerns_one_row_or_one_rule",
            ),
            models.CheckConstraint(
                condition=~Q(kind="drop") | ~Q(reason=""), name="rows_are_dropped_only_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.load_id} {self.kind}"


class Reminder(models.Model):
    """The sender of a late dataset was reminded (nhắc đơn vị gửi); once a day at most."""

    dataset = models.CharField(_("dataset"), max_length=100)
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    told = models.PositiveIntegerField(_("people told"), default=0)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["dataset", "day"], name="a_sender_is_reminded_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.day}"


class Push(models.Model):
    """A load sent through the API under a key of the sender (mã chống gửi lặp)."""

    key = models.CharField(_("key"), max_length=64, unique=True)
    digest = models.CharField(_("SHA-256 of the body"), max_length=64)
    load = models.ForeignKey(Load, models.CASCADE, related_name="pushes")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("push")
        verbose_name_plural = _("pushes")

    def __str__(self) -> str:
        return self.key


def plain_of(load: Load) -> dict[str, Any]:
    """Return a load as the commands and the API show it."""
    names = ("read", "accepted", "refused", "flagged", "counts", "state", "problem", "message", "dataset", "name")
    facts = {name: getattr(load, name) for name in names}
    return {"load": load.id, "commit": load.commit_after, "open": load.open_rows, "repeated": load.repeated, **facts}
