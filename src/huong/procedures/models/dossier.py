"""A dossier as it stands now, what was done with it, and what it is made of."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

CHANNELS = [
    ("online", _("online")),
    ("counter", _("at the counter")),
    ("post", _("by post")),
    ("paper", _("blank form in an hour without power")),
    ("proactive", _("prepared by the office")),
    ("portal", _("national portal")),
]
ORIGINS = [
    ("declared", _("declared")),
    ("reused", _("from the vault")),
    ("bundle", _("from the same life event")),
    ("fetched", _("from a shared source")),
    ("issued", _("issued here")),
    ("uploaded", _("uploaded")),
    ("shown", _("shown at the counter")),
    ("cut", _("not needed: known from data")),
]
PART_KINDS = [("field", _("field")), ("paper", _("paper")), ("form", _("official form"))]
PART_STATES = [
    ("empty", _("not there yet")),
    ("held", _("there")),
    ("asking", _("its source is being asked")),
    ("later", _("declared now, verified later")),
    ("disputed", _("said to be wrong")),
    ("wanted", _("asked for")),
    ("verified", _("verified")),
    ("declined", _("she does not want it used")),
]


class Bundle(models.Model):
    """A life event as one application (liên thông): several dossiers that ask everything once."""

    uid = models.CharField(_("public id"), max_length=32, unique=True)
    event = models.CharField(_("life event"), max_length=40)
    party = models.ForeignKey("people.Party", verbose_name=_("who applies"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("begun"))
    twin_of = models.ForeignKey(
        "self", verbose_name=_("application for the first child"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="twins",
    )  # fmt: skip

    class Meta:
        verbose_name = _("life event applied for")
        verbose_name_plural = _("life events applied for")

    def __str__(self) -> str:
        return f"{self.event} {self.uid[:8]}"


class Dossier(models.Model):
    """One application for one procedure (hồ sơ): everything that lists ask for stands in this one row.

    Only `actions.acting.act` changes it. Its code is given at acceptance; before that people know it by its uid's
    private link. Words and values stand in `Action` and `Component`, sealed under the data key `dossier:<uid>`.
    """

    uid = models.CharField(_("public id"), max_length=32, unique=True)
    code = models.CharField(_("code"), max_length=60, blank=True)
    procedure = models.CharField(_("procedure"), max_length=40)
    edition = models.ForeignKey(
        "procedures.ProcedureVersion", verbose_name=_("version of the procedure"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=20, default="draft")
    is_open = models.BooleanField(_("somebody in an office has to do something"), default=False)
    channel = models.CharField(_("channel"), max_length=12, choices=CHANNELS)
    lang = models.CharField(_("language"), max_length=8, default="vi")

    applicant = models.ForeignKey(
        "people.Party", verbose_name=_("applicant"), on_delete=models.PROTECT, related_name="+"
    )
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("filed by"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    way = models.CharField(_("on whose behalf"), max_length=12, blank=True)
    bundle = models.ForeignKey(
        Bundle, verbose_name=_("life event"), null=True, blank=True, on_delete=models.PROTECT, related_name="dossiers"
    )
    phone_hash = models.CharField(_("keyed hash of the phone"), max_length=64, blank=True)
    birth_hash = models.CharField(_("keyed hash of the birth date"), max_length=64, blank=True)
    sealed_contact = models.BinaryField(_("phone and mail, sealed"), null=True, blank=True)

    unit = models.CharField(_("unit"), max_length=8, blank=True)
    unit_on = models.DateField(_("day of that code"))
    agency = models.CharField(_("agency"), max_length=40)
    lead_agency = models.CharField(_("lead agency"), max_length=40, blank=True)
    returns_to = models.CharField(_("goes back to"), max_length=40, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person working on it"), null=True, blank=True,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    step = models.CharField(_("step"), max_length=40, blank=True)

    created_at = models.DateTimeField(_("begun"))
    submitted_at = models.DateTimeField(_("sent"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    promised_at = models.DateTimeField(_("first promised day"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    plain_due_at = models.DateTimeField(_("due without disruptions"), null=True, blank=True)
    step_due_at = models.DateTimeField(_("this step is due"), null=True, blank=True)
    queue_at = models.DateTimeField(_("place in the queue"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    entered_at = models.DateTimeField(_("typed in"), null=True, blank=True)
    runs = models.BooleanField(_("the clock runs"), default=False)
    extended = models.PositiveSmallIntegerField(_("times re-appointed"), default=0)
    supplements = models.PositiveSmallIntegerField(_("supplements asked for"), default=0)

    fee = models.PositiveIntegerField(_("fee in đồng"), default=0)
    fee_paid = models.PositiveIntegerField(_("paid in đồng"), default=0)
    fields_asked = models.PositiveSmallIntegerField(_("fields in all"), default=0)
    fields_spared = models.PositiveSmallIntegerField(_("fields she did not have to give"), default=0)
    papers_asked = models.PositiveSmallIntegerField(_("papers in all"), default=0)
    papers_spared = models.PositiveSmallIntegerField(_("papers she did not have to give"), default=0)
    rating = models.CharField(_("rating"), max_length=14, blank=True)

    version = models.PositiveIntegerField(_("version"), default=1)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("changed by"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    link_version = models.PositiveSmallIntegerField(_("edition of the private link"), default=1)

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        indexes = [
            models.Index(fields=["agency", "queue_at", "id"], name="dossier_work_of_agency", condition=Q(is_open=True)),
            models.Index(  # of all that a head of a list counts, `is_open` too: only then SQLite reads no row
                fields=["agency", "state", "runs", "due_at", "accepted_at", "assignee", "is_open"],
                name="dossier_figures_of_agency",
                condition=Q(is_open=True),
            ),
            models.Index(
                fields=["lead_agency", "agency", "state", "runs", "due_at", "accepted_at", "assignee", "is_open"],
                name="dossier_figures_of_lead",
                condition=Q(is_open=True),
            ),
            models.Index(
                fields=["code"], opclasses=["varchar_pattern_ops"], name="dossier_by_code", condition=~Q(code="")
            ),
            models.Index(fields=["queue_at", "id"], name="dossier_by_due", condition=Q(is_open=True)),
            models.Index(
                fields=["assignee", "queue_at", "id"],
                name="dossier_work_of_person",
                condition=Q(is_open=True, assignee__isnull=False),
            ),
            models.Index(
                fields=["agency", "state", "queue_at", "id"], name="dossier_in_state", condition=Q(is_open=True)
            ),
            models.Index(fields=["agency", "id"], name="dossier_of_agency"),
            models.Index(fields=["unit", "id"], name="dossier_of_unit"),
            models.Index(fields=["lead_agency", "queue_at", "id"], name="dossier_taken_in", condition=Q(is_open=True)),
            models.Index(fields=["lead_agency", "id"], name="dossier_of_lead"),
            models.Index(fields=["returns_to", "id"], name="dossier_goes_back", condition=~Q(returns_to="")),
            models.Index(fields=["procedure", "id"], name="dossier_of_procedure"),
            models.Index(fields=["applicant", "id"], name="dossier_of_applicant"),
            models.Index(fields=["accepted_at", "id"], name="dossier_by_acceptance"),
            models.Index(fields=["changed_at", "id"], name="dossier_by_change"),
            models.Index(  # what a month counts is found by the days on which it came in and was settled
                fields=["submitted_at"], name="dossier_by_submission", condition=Q(submitted_at__isnull=False)
            ),
            models.Index(fields=["decided_at"], name="dossier_by_decision", condition=Q(decided_at__isnull=False)),
            models.Index(fields=["closed_at"], name="dossier_by_closing", condition=Q(closed_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="dossier_code_is_given_once"),
            models.CheckConstraint(
                condition=Q(code="") | Q(accepted_at__isnull=False), name="dossier_has_a_code_from_acceptance"
            ),
            models.CheckConstraint(condition=Q(extended__lte=1), name="dossier_is_re_appointed_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.code or self.uid


class Filing(models.Model):
    """That something was filed under a client's own key (lần nộp): the same key is one dossier, however often."""

    key = models.CharField(_("keyed hash of the client's key"), max_length=64, unique=True)
    dossier = models.ForeignKey(Dossier, verbose_name=_("dossier"), on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("filing")
        verbose_name_plural = _("filings")

    def __str__(self) -> str:
        return self.key[:8]


class Action(models.Model):
    """One thing done to a dossier (hành động): append-only, and the only way a dossier changes.

    The clock is computed from these rows. The words are sealed under the dossier's data key.
    """

    dossier = models.ForeignKey(Dossier, verbose_name=_("dossier"), on_delete=models.CASCADE, related_name="actions")
    number = models.PositiveIntegerField(_("number"))
    verb = models.CharField(_("what was done"), max_length=24)
    at = models.DateTimeField(_("at"))
    written_at = models.DateTimeField(_("written down"))
    who = models.CharField(_("as whom"), max_length=12)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    helper = models.BooleanField(_("by a helper with her code"), default=False)
    deputy_for = models.CharField(_("standing in for"), max_length=120, blank=True)
    agency = models.CharField(_("agency"), max_length=40, blank=True)
    to_agency = models.CharField(_("agency after"), max_length=40, blank=True)
    from_state = models.CharField(_("state before"), max_length=20, blank=True)
    to_state = models.CharField(_("state after"), max_length=20)
    runs = models.BooleanField(_("the clock runs afterwards"), default=False)
    due_at = models.DateTimeField(_("due afterwards"), null=True, blank=True)
    sealed_words = models.BinaryField(_("words, sealed"), null=True, blank=True)
    is_public = models.BooleanField(_("the applicant sees it"), default=True)
    reasons = models.JSONField(_("fields and papers concerned"), default=list, blank=True)
    facts = models.JSONField(_("further facts"), default=dict, blank=True)
    entry = models.BigIntegerField(_("journal entry"), null=True, blank=True)

    class Meta:
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        ordering = ["dossier_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "number"], name="action_has_its_number_in_the_dossier")
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.number} {self.verb}"


class MovedDay(models.Model):
    """A due day that moved without an action (ngày hẹn đã dời): by a declared disruption or a corrected calendar.

    What a past month counts as late follows from these rows and the actions, not from what was declared later.
    """

    dossier = models.ForeignKey(Dossier, verbose_name=_("dossier"), on_delete=models.CASCADE, related_name="moved")
    after = models.PositiveIntegerField(_("number of the last action before"))
    at = models.DateTimeField(_("written down"))
    due_at = models.DateTimeField(_("due afterwards"), null=True, blank=True)
    runs = models.BooleanField(_("the clock runs afterwards"), default=False)

    class Meta:
        verbose_name = _("moved due day")
        verbose_name_plural = _("moved due days")
        indexes = [models.Index(fields=["at"], name="moved_day_by_time")]

    def __str__(self) -> str:
        return f"{self.dossier_id} after {self.after}"


class Component(models.Model):
    """One field or paper of a dossier (thành phần): its value or file, and from where it came; or an official form.

    A locked value came from a source and is never taken from a browser. What was supplied on request keeps the former
    value or file beside it.
    """

    dossier = models.ForeignKey(Dossier, verbose_name=_("dossier"), on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(_("kind"), max_length=8, choices=PART_KINDS)
    key = models.CharField(_("path or key"), max_length=120)
    origin = models.CharField(_("origin"), max_length=12, choices=ORIGINS, default="declared")
    state = models.CharField(_("state"), max_length=10, choices=PART_STATES, default="empty")
    locked = models.BooleanField(_("locked"), default=False)
    sealed = models.BinaryField(_("value, sealed"), null=True, blank=True)
    type = models.CharField(_("type of evidence"), max_length=60, blank=True)
    evidence = models.ForeignKey(
        "procedures.Evidence", verbose_name=_("evidence"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="+",
    )  # fmt: skip
    blob = models.BigIntegerField(_("file content"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=160, blank=True)
    exchange = models.CharField(_("exchange that proves it"), max_length=64, blank=True)
    fetched_at = models.DateTimeField(_("fetched"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    why = models.CharField(_("why it is as it is"), max_length=40, blank=True)
    sealed_said = models.BinaryField(_("what the source says beside her own word, sealed"), null=True, blank=True)
    sealed_before = models.BinaryField(_("value before the supplement, sealed"), null=True, blank=True)
    blob_before = models.BigIntegerField(_("file content before the supplement"), null=True, blank=True)
    origin_before = models.CharField(_("origin before the supplement"), max_length=12, blank=True)
    supplied_at = models.DateTimeField(_("supplied"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("component of a dossier")
        verbose_name_plural = _("components of dossiers")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "kind", "key"], name="component_stands_once_in_a_dossier")
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.key}"


class PaperPage(models.Model):
    """One file that was sent for a paper (trang giấy tờ): kept as PDF; sent again after a break it is known again."""

    part = models.ForeignKey(Component, verbose_name=_("paper"), on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveSmallIntegerField(_("number"))
    digest = models.CharField(_("digest of the file as it came"), max_length=64)
    blob = models.BigIntegerField(_("file content"))
    count = models.PositiveSmallIntegerField(_("pages"), default=1)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("page of a paper")
        verbose_name_plural = _("pages of papers")
        ordering = ["part_id", "number"]
        constraints = [models.UniqueConstraint(fields=["part", "digest"], name="file_is_taken_once_for_a_paper")]

    def __str__(self) -> str:
        return f"{self.part_id}/{self.number}"


class Question(models.Model):
    """One question of a dossier to a source (câu hỏi gửi nguồn): put when a form needs it, answered in the background.

    However often the form is opened, a source is asked once about each person; whom it is about is kept as a keyed hash.
    """

    dossier = models.ForeignKey(Dossier, verbose_name=_("dossier"), on_delete=models.CASCADE, related_name="questions")
    place = models.CharField(_("source"), max_length=160)
    about = models.CharField(_("keyed hash of whom it is about"), max_length=64)
    asked_at = models.DateTimeField(_("question put at"))
    taken_at = models.DateTimeField(_("sent to the source"), null=True, blank=True)
    answered_at = models.DateTimeField(_("question answered at"), null=True, blank=True)
    failed = models.CharField(_("why no answer can be had"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("question to a source")
        verbose_name_plural = _("questions to sources")
        constraints = [
            models.UniqueConstraint(fields=["dossier", "place", "about"], name="source_is_asked_once_for_a_dossier")
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.place}"


class DayNumber(models.Model):
    """The last number given on a day by an agency (số thứ tự trong ngày): dossier codes and blank forms count here."""

    agency = models.CharField(_("agency"), max_length=40)
    series = models.CharField(_("series"), max_length=12)
    day = models.DateField(_("day"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("number of a day")
        verbose_name_plural = _("numbers of a day")
        constraints = [models.UniqueConstraint(fields=["agency", "series", "day"], name="day_is_counted_once")]

    def __str__(self) -> str:
        return f"{self.agency} {self.day}: {self.last}"
