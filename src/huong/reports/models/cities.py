"""Other cities' Open311 systems, as we ask them and send to them: what is mapped, what went, what waits."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huong.reports.models.report import Report

FORMS = [("json", "JSON"), ("xml", "XML")]
DIRECTIONS = [("in", _("came from there")), ("out", _("went there"))]
STATES = [("taken", _("taken")), ("refused", _("could not be taken")), ("dropped", _("let go by somebody"))]
WAYS = [
    ("waiting", _("waiting")),
    ("failed", _("failed, tried again")),
    ("dead", _("given up")),
    ("done", _("done")),
    ("dropped", _("let go by somebody")),
]


class Peer(models.Model):
    """Another system that speaks Open311 (hệ thống Open311 khác): a neighbouring city, a company's own system.

    `requests_until` and `news_until` say how far it was read. After several failures in a row it rests.
    """

    key = models.SlugField(_("short name"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    url = models.CharField(_("address of its endpoint"), max_length=300)
    jurisdiction = models.CharField(_("jurisdiction_id"), max_length=120, blank=True)
    form = models.CharField(_("form"), max_length=4, choices=FORMS, default="json")
    secret = models.BinaryField(_("its key for us, sealed"), null=True)
    agency = models.CharField(_("agency that it speaks for"), max_length=40, blank=True)
    pulls = models.BooleanField(_("reports are fetched from it"), default=False)
    pushes = models.BooleanField(_("reports of its agency are sent to it"), default=False)
    updates = models.BooleanField(_("it speaks the updates extension"), default=True)
    every_minutes = models.PositiveIntegerField(_("asked every so many minutes"), default=10)
    is_active = models.BooleanField(_("active"), default=True)
    requests_until = models.DateTimeField(_("requests read up to"))
    news_until = models.DateTimeField(_("updates read up to"))
    catching_up = models.BooleanField(_("more waits there"), default=False)
    asked_at = models.DateTimeField(_("last asked"), null=True, blank=True)
    due_at = models.DateTimeField(_("asked next"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    failed_at = models.DateTimeField(_("failing since"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    rests_until = models.DateTimeField(_("rests until"), null=True, blank=True)

    class Meta:
        verbose_name = _("other Open311 system")
        verbose_name_plural = _("other Open311 systems")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class PeerService(models.Model):
    """A service of another system (dịch vụ của hệ thống khác) and which of our categories it is, in each direction."""

    peer = models.ForeignKey(Peer, verbose_name=_("system"), on_delete=models.CASCADE, related_name="services")
    code = models.CharField(_("its code"), max_length=120)
    name = models.CharField(_("its name"), max_length=200, blank=True)
    group = models.CharField(_("its group"), max_length=120, blank=True)
    category = models.CharField(_("our category for what comes"), max_length=60, blank=True)
    sends = models.JSONField(_("our categories that go there"), default=list, blank=True)
    seen_at = models.DateTimeField(_("last offered"))

    class Meta:
        verbose_name = _("service of another system")
        verbose_name_plural = _("services of other systems")
        ordering = ["group", "name", "code"]
        constraints = [models.UniqueConstraint(fields=["peer", "code"], name="service_of_a_system_is_kept_once")]

    def __str__(self) -> str:
        return f"{self.peer_id} {self.code}"


class PeerRequest(models.Model):
    """A report that both know (phản ánh liên thông): ours and the other system's, bound together once.

    What could not be taken keeps what came, sealed, until somebody decides.
    """

    peer = models.ForeignKey(Peer, verbose_name=_("system"), on_delete=models.CASCADE, related_name="requests")
    direction = models.CharField(_("direction"), max_length=3, choices=DIRECTIONS)
    report = models.ForeignKey(Report, verbose_name=_("report"), on_delete=models.CASCADE, related_name="+", null=True)
    remote_id = models.CharField(_("id in the other system"), max_length=120, blank=True)
    token = models.CharField(_("token until the id is known"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=STATES, default="taken")
    status = models.CharField(_("status there"), max_length=120, blank=True)
    updated_at = models.DateTimeField(_("changed there"), null=True, blank=True)
    held = models.BinaryField(_("what came, sealed"), null=True)
    error = models.CharField(_("why it could not be taken"), max_length=300, blank=True)
    reason = models.CharField(_("why it was let go"), max_length=300, blank=True)
    at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("report known to both")
        verbose_name_plural = _("reports known to both")
        constraints = [
            models.UniqueConstraint(
                fields=["peer", "remote_id"], condition=~Q(remote_id=""), name="request_of_a_system_is_known_once"
            ),
            models.UniqueConstraint(
                fields=["peer", "report"], condition=Q(report__isnull=False), name="report_is_bound_to_a_system_once"
            ),
        ]
        indexes = [models.Index(fields=["at", "id"], name="request_refused", condition=Q(state="refused"))]

    def __str__(self) -> str:
        return f"{self.peer_id} {self.remote_id}"


class PeerErrand(models.Model):
    """Something on its way to another system (việc gửi đi): a report or an update of one, in order for each report."""

    request = models.ForeignKey(PeerRequest, verbose_name=_("report"), on_delete=models.CASCADE, related_name="errands")
    kind = models.CharField(_("kind"), max_length=8, choices=[("request", _("report")), ("update", _("update"))])
    key = models.CharField(_("key"), max_length=120, unique=True)
    entry = models.BigIntegerField(_("journal entry"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=WAYS, default="waiting")
    begun_at = models.DateTimeField(_("first sent"), null=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    reason = models.CharField(_("why it was let go"), max_length=300, blank=True)
    at = models.DateTimeField(_("since"))
    done_at = models.DateTimeField(_("done"), null=True)

    class Meta:
        verbose_name = _("errand to another system")
        verbose_name_plural = _("errands to other systems")
        indexes = [
            models.Index(fields=["state", "next_at"], name="errand_by_next_attempt"),
            models.Index(fields=["request", "id"], name="errand_in_order"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "failed"], next_at__isnull=False)
                | Q(state__in=["dead", "done", "dropped"], next_at__isnull=True),
                name="errand_has_a_next_attempt_while_it_waits",
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.kind}"


class PeerNews(models.Model):
    """An update that was fetched from another system (cập nhật lấy về), carried out once."""

    request = models.ForeignKey(PeerRequest, verbose_name=_("report"), on_delete=models.CASCADE, related_name="news")
    remote_id = models.CharField(_("id in the other system"), max_length=120)
    moved = models.BooleanField(_("carried out"), default=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("update fetched from another system")
        verbose_name_plural = _("updates fetched from other systems")
        constraints = [models.UniqueConstraint(fields=["request", "remote_id"], name="news_of_a_system_are_taken_once")]

    def __str__(self) -> str:
        return self.remote_id
