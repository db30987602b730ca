"""A field report as it stands now, and what belongs to its story."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huong.reports.rules import numbers

PRIORITIES = [(0, _("normal")), (1, _("urgent")), (2, _("danger to life"))]
CHANNELS = [
    ("web", _("web")),
    ("app", _("app")),
    ("phone", _("hotline")),
    ("mail", _("mail")),
    ("messenger", _("messenger")),
    ("desk", _("at the counter")),
    ("open311", _("Open311")),
    ("import", _("import")),
]
WORDS = [
    ("description", _("description")),
    ("reply", _("answer of the citizen")),
    ("question", _("question to the citizen")),
    ("answer", _("answer")),
    ("reason", _("reason")),
    ("note", _("internal note")),
    ("rating", _("words of the rating")),
    ("update", _("news for everybody")),
]
# The last of these only let the database count an agency's work without reading the reports themselves.
WORK = ["agency", "queue_at", "id", "is_open", "due_at", "late3_at", "state", "assignee", "priority", "received_at"]
# What the map of answered reports counts; SQLite reads an index alone only if it holds the columns of its condition too.
ON_THE_MAP = Q(is_open=False, is_public=True, merged_into=None)
ANSWERED = ["unit", "cell", "is_open", "is_public", "merged_into"]


class Report(models.Model):
    """A field report (phản ánh hiện trường): everything that lists ask for stands in this one row.

    Its story is the journal (subject = the number) joined to `Message`, which holds the words. The unit's code is
    kept as it was on the day, beside today's; agencies are kept by code.
    """

    uid = models.CharField(_("public id"), max_length=32, unique=True)
    state = models.CharField(_("state"), max_length=20)
    is_open = models.BooleanField(_("somebody has to do something"), default=True)
    category = models.CharField(_("category"), max_length=60)
    main = models.CharField(_("main category"), max_length=60, blank=True)
    category_version = models.PositiveIntegerField(_("version of the category"), default=0)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=PRIORITIES, default=0)
    channel = models.CharField(_("channel"), max_length=12, choices=CHANNELS)
    lang = models.CharField(_("language"), max_length=8, default="vi")
    is_public = models.BooleanField(_("shown to everybody"), default=False)
    title = models.CharField(_("title"), max_length=160, blank=True)

    unit = models.CharField(_("unit"), max_length=8, blank=True)
    unit_then = models.CharField(_("unit as it was called on the day"), max_length=8, blank=True)
    unit_on = models.DateField(_("day of that code"))
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)
    cell = models.CharField(_("cell"), max_length=16, blank=True)
    place = models.CharField(_("place in words"), max_length=200, blank=True)

    agency = models.CharField(_("agency"), max_length=40, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person working on it"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    received_at = models.DateTimeField(_("received"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    late3_at = models.DateTimeField(_("very late from"), null=True, blank=True)
    queue_at = models.DateTimeField(_("place in the queue"))
    hop_due_at = models.DateTimeField(_("due at this agency"), null=True, blank=True)
    left_us = models.BigIntegerField(_("time left while the clock stands"), null=True, blank=True)
    left3_us = models.BigIntegerField(_("time left until very late while the clock stands"), null=True, blank=True)
    office_clock = models.BooleanField(_("only office hours count"), default=False)
    promise = models.CharField(_("promise as it was given"), max_length=400, blank=True)
    promise_en = models.CharField(_("promise in English"), max_length=400, blank=True)
    escalated = models.PositiveSmallIntegerField(_("rung of the ladder"), default=0)
    escalate_at = models.DateTimeField(_("next rung at"), null=True, blank=True)

    parent = models.ForeignKey(
        "self",
        verbose_name=_("part of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        db_index=False,
    )
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("same as"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="duplicates",
        db_index=False,
    )
    followers = models.PositiveIntegerField(_("followers"), default=0)
    photos_count = models.PositiveSmallIntegerField(_("photos"), default=0)
    rating = models.CharField(_("rating"), max_length=14, blank=True)
    reopened = models.PositiveSmallIntegerField(_("times reopened"), default=0)
    asks = models.JSONField(_("answers to the category's questions"), default=dict, blank=True)
    out_channel = models.CharField(_("channel it was sent to"), max_length=60, blank=True)

    external_source = models.CharField(_("other system"), max_length=60, blank=True)
    external_id = models.CharField(_("id in the other system"), max_length=80, blank=True)
    external_status = models.CharField(_("state in the other system"), max_length=60, blank=True)

    version = models.PositiveIntegerField(_("version"), default=1)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("changed by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    link_version = models.PositiveSmallIntegerField(_("edition of the private link"), default=1)

    class Meta:
        verbose_name = _("field report")
        verbose_name_plural = _("field reports")
        indexes = [
            models.Index(fields=WORK, name="report_work_of_agency", condition=Q(is_open=True)),
            models.Index(fields=["queue_at", "id"], name="report_by_due", condition=Q(is_open=True)),
            models.Index(fields=["priority", "received_at"], name="report_by_priority", condition=Q(is_open=True)),
            models.Index(fields=["agency", "id"], name="report_of_agency"),
            models.Index(fields=["agency", "main", "id"], name="report_of_agency_by_kind"),
            models.Index(fields=["unit", "id"], name="report_of_unit"),
            models.Index(fields=["category", "id"], name="report_of_category"),
            models.Index(fields=["state", "id"], name="report_in_state"),
            models.Index(fields=["main", "id"], name="report_of_main_category"),
            models.Index(fields=["unit", "id"], name="report_public_in_unit", condition=Q(is_public=True)),
            models.Index(fields=["cell", "id"], name="report_in_cell"),
            models.Index(
                fields=["unit", "cell", "lon", "lat"],
                name="report_open_on_the_map",
                condition=Q(is_open=True, is_public=True),
            ),
            models.Index(
                fields=["unit", "is_open", "is_public", "merged_into", "category", "lon", "lat", "received_at", "id"],
                name="report_answered_in_ward",
                condition=ON_THE_MAP,
            ),
            models.Index(fields=["received_at", *ANSWERED], name="report_answered_since", condition=ON_THE_MAP),
            models.Index(
                fields=["main", "category", "received_at", *ANSWERED],
                name="report_answered_by_kind",
                condition=ON_THE_MAP,
            ),
            # only where there is one: an index over nearly all rows' "none" misleads SQLite's planner
            models.Index(fields=["parent"], name="report_part_of", condition=Q(parent__isnull=False)),
            models.Index(fields=["merged_into"], name="report_same_as", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["assignee", "id"], name="report_of_person", condition=Q(assignee__isnull=False)),
            models.Index(fields=["escalate_at"], name="report_to_escalate", condition=Q(escalate_at__isnull=False)),
            models.Index(fields=["received_at"], name="report_by_receipt"),
            models.Index(fields=["changed_at", "id"], name="report_by_change"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["external_source", "external_id"],
                condition=~Q(external_id=""),
                name="report_comes_once_from_another_system",
            ),
            models.CheckConstraint(
                condition=Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False),
                name="report_has_a_whole_point_or_none",
            ),
            models.CheckConstraint(
                condition=Q(is_open=True) | Q(closed_at__isnull=False), name="report_ends_some_time"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number by which the citizen knows it."""
        return numbers.number_of(self.pk)

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude, if known."""
        return None if self.lon is None or self.lat is None else (self.lon, self.lat)


class ReportWords(models.Model):
    """The words of a report without accents (chữ để tìm), in a table of its own with a full-text index."""

    report = models.OneToOneField(
        Report,
        verbose_name=_("report"),
        on_delete=models.CASCADE,
        primary_key=True,
        db_column="id",
        related_name="words",
    )
    folded = models.TextField(_("words without accents"), blank=True)
    marks = models.CharField(_("agency, unit and kind for searching"), max_length=160, blank=True, default="")

    class Meta:
        verbose_name = _("words for searching")
        verbose_name_plural = _("words for searching")

    def __str__(self) -> str:
        return self.folded[:40]


class Sending(models.Model):
    """That something was sent under a client's own key (lần gửi): the same key is one report, whenever it comes."""

    key = models.CharField(_("keyed hash of the client's key"), max_length=64, unique=True)
    report = models.ForeignKey(Report, verbose_name=_("report"), on_delete=models.CASCADE, related_name="+", null=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("sending")
        verbose_name_plural = _("sendings")

    def __str__(self) -> str:
        return self.key[:8]


class Message(models.Model):
    """Words that belong to an entry of a report's story (lời): editable, erasable, public or not.

    `text` is what may be read, with numbers of persons covered; what it said before is sealed beside it for those
    with the power.
    """

    report = models.ForeignKey(Report, verbose_name=_("report"), on_delete=models.CASCADE, related_name="messages")
    entry = models.BigIntegerField(_("journal entry"), null=True, db_index=True)
    at = models.DateTimeField(_("at"))
    kind = models.CharField(_("kind"), max_length=12, choices=WORDS)
    is_public = models.BooleanField(_("shown to everybody"), default=False)
    for_reporter = models.BooleanField(_("shown to the reporter"), default=True)
    text = models.TextField(_("words"), blank=True)
    lang = models.CharField(_("language"), max_length=8, default="vi")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    agency = models.CharField(_("agency"), max_length=40, blank=True)
    sealed = models.BinaryField(_("as it was written, sealed"), null=True)
    covered = models.CharField(_("what was covered"), max_length=60, blank=True)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("edited by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("words of a report")
        verbose_name_plural = _("words of reports")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.report_id} {self.kind}"


class ReportPhoto(models.Model):
    """A photo of a report (ảnh): upright, without metadata, in two sizes; waits without a report until one is sent."""

    uid = models.CharField(_("public id"), max_length=32, unique=True)
    report = models.ForeignKey(
        Report, verbose_name=_("report"), on_delete=models.CASCADE, related_name="photos", null=True, blank=True
    )
    message = models.ForeignKey(
        Message, verbose_name=_("came with"), on_delete=models.SET_NULL, related_name="photos", null=True, blank=True
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    large = models.BigIntegerField(_("file content"))
    small = models.BigIntegerField(_("file content of the small picture"))
    original = models.BigIntegerField(_("file content before it was blurred"), null=True, blank=True)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    is_public = models.BooleanField(_("shown to everybody"), default=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    at = models.DateTimeField(_("taken in"))

    class Meta:
        verbose_name = _("photo of a report")
        verbose_name_plural = _("photos of reports")
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.uid


class Hop(models.Model):
    """One agency's leg on a report's way (chặng xử lý): who handed it to whom and why, with a clock of its own."""

    report = models.ForeignKey(Report, verbose_name=_("report"), on_delete=models.CASCADE, related_name="hops")
    from_agency = models.CharField(_("from"), max_length=40, blank=True)
    agency = models.CharField(_("to"), max_length=40)
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("receiver"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    reason = models.ForeignKey(
        Message, verbose_name=_("reason"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(_("from"))
    taken_at = models.DateTimeField(_("taken"), null=True, blank=True)
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    late3_at = models.DateTimeField(_("very late from"), null=True, blank=True)
    left_us = models.BigIntegerField(_("time left while the clock stands"), null=True, blank=True)
    left3_us = models.BigIntegerField(_("time left until very late while the clock stands"), null=True, blank=True)
    office_clock = models.BooleanField(_("only office hours count"), default=False)

    class Meta:
        verbose_name = _("leg")
        verbose_name_plural = _("legs")
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report"], condition=Q(ended_at=None), name="report_is_with_one_agency_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} → {self.agency}"
