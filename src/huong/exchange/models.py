"""The nouns of the exchange: members and keys, services, grants, consents, exchanges, who saw what, questions."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Member(models.Model):
    """An agency's subsystem on the exchange (thành viên), named as X-Road names it: instance/class/code/subsystem."""

    identifier = models.CharField(_("identifier"), max_length=160, unique=True)
    name = models.CharField(_("name"), max_length=160)
    name_en = models.CharField(_("English name"), max_length=160, blank=True)
    agency = models.CharField(_("agency's code"), max_length=40, blank=True, db_index=True)
    own = models.BooleanField(_("its key lies in this home"), default=False)
    address = models.CharField(_("address of its node"), max_length=200, blank=True)
    joined_at = models.DateTimeField(_("joined"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["identifier"]

    def __str__(self) -> str:
        return self.identifier


class MemberKey(models.Model):
    """A public key of a member with its validity (khóa); several overlap while one replaces another."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="keys")
    key_id = models.CharField(_("key id"), max_length=64)
    use = models.CharField(_("use"), max_length=4, choices=[("sign", _("messages")), ("tls", _("connections"))])
    public = models.CharField(_("public key, base64"), max_length=64, blank=True)
    certificate = models.TextField(_("certificate"), blank=True)
    fingerprint = models.CharField(_("SHA-256 of the certificate"), max_length=64, blank=True, db_index=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("member's key")
        verbose_name_plural = _("members' keys")
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="key_ends_after_it_begins"),
            models.UniqueConstraint(fields=["member", "key_id"], name="key_is_kept_once_for_a_member"),
        ]

    def __str__(self) -> str:
        return self.key_id

    def holds_at(self, at: datetime) -> bool:
        """Return whether the key may be used at an instant."""
        return self.valid_from <= at < self.valid_to and (self.revoked_at is None or at < self.revoked_at)


class Edition(models.Model):
    """The edition of members, keys, services and grants (ấn bản): a new one with every change."""

    token = models.CharField(_("token"), max_length=32)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")

    def __str__(self) -> str:
        return self.token


class Purpose(models.Model):
    """What data are used for (mục đích): a procedure or another task given by law, with its rule of visibility."""

    code = models.CharField(_("code"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200)
    basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    visibility = models.CharField(
        _("visibility"),
        max_length=8,
        choices=[("shown", _("shown")), ("delayed", _("shown later")), ("hidden", _("hidden until a date"))],
        default="shown",
    )
    hidden_days = models.PositiveIntegerField(_("days until it is shown"), default=0)
    despite_restriction = models.BooleanField(_("demanded by law even where use is restricted"), default=False)

    class Meta:
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        constraints = [
            models.CheckConstraint(
                condition=Q(visibility="shown") | Q(hidden_days__gt=0), name="what_is_hidden_opens_on_a_day"
            )
        ]

    def __str__(self) -> str:
        return self.code


class DataService(models.Model):
    """A service that a member offers (dịch vụ dữ liệu): fields with their sensitivity, endpoints, where it comes from."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="services")
    code = models.CharField(_("code"), max_length=80)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    kind = models.CharField(
        _("kind"),
        max_length=8,
        choices=[("dataset", _("dataset of the store")), ("http", _("own address")), ("usage", _("usage tracker"))],
    )
    source = models.CharField(_("dataset or address"), max_length=300, blank=True)
    fields = models.JSONField(_("fields"), default=list)
    endpoints = models.JSONField(_("endpoints"), default=list)
    offered_at = models.DateTimeField(_("offered"))
    offered_by = models.BigIntegerField(null=True)
    stopped_from = models.DateTimeField(_("stopped from"), null=True, blank=True)
    stopped_to = models.DateTimeField(_("stopped until"), null=True, blank=True)
    notice = models.CharField(_("notice"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("data service")
        verbose_name_plural = _("data services")
        ordering = ["member__identifier", "code"]
        constraints = [models.UniqueConstraint(fields=["member", "code"], name="service_is_named_once")]

    def __str__(self) -> str:
        return f"{self.member.identifier}/{self.code}"

    @property
    def field_names(self) -> frozenset[str]:
        """Return the names of the fields that the service can give."""
        return frozenset(str(each["name"]) for each in self.fields)

    def is_stopped_at(self, at: datetime) -> bool:
        """Return whether the service is suspended at an instant."""
        return (
            self.stopped_from is not None
            and self.stopped_from <= at
            and (self.stopped_to is None or at < self.stopped_to)
        )


class Grant(models.Model):
    """The right of one consumer to some fields of one service for named purposes (quyền khai thác)."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    service = models.ForeignKey(DataService, on_delete=models.PROTECT, related_name="grants")
    consumer = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="grants")
    fields = models.JSONField(_("fields"), default=list)
    rows = models.JSONField(_("rows"), default=dict)
    purposes = models.JSONField(_("purposes"), default=list)
    why = models.CharField(_("what it is needed for"), max_length=500)
    frequency = models.CharField(_("how often"), max_length=120, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    needs_consent = models.BooleanField(_("only with the person's consent"), default=False)
    rate = models.PositiveIntegerField(_("requests a minute"), default=600)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=[
            ("requested", _("waits for a decision")),
            ("granted", _("in force")),
            ("refused", _("not granted")),
            ("suspended", _("suspended")),
            ("ended", _("ended")),
        ],
    )
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.BigIntegerField(null=True)
    due_at = models.DateTimeField(_("decision due"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.BigIntegerField(null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_to = models.DateTimeField(_("valid until"), null=True, blank=True)
    stopped_from = models.DateTimeField(_("suspended from"), null=True, blank=True)

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["-id"]
        indexes = [models.Index(fields=["service", "consumer", "state"], name="grant_by_service")]
        constraints = [
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="grant_is_refused_with_reasons"),
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(valid_to__isnull=False), name="grant_in_force_expires"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def holds_at(self, at: datetime) -> bool:
        """Return whether the grant may be used at an instant."""
        if self.state != "granted" or self.valid_from is None or self.valid_to is None:
            return False
        stopped = self.stopped_from is not None and self.stopped_from <= at
        return self.valid_from <= at < self.valid_to and not stopped


class Consent(models.Model):
    """One person's agreement to one purpose (sự đồng ý): never bundled, silence is no, it can be taken back."""

    number = models.CharField(_("number"), max_length=32, unique=True)
    person = models.CharField(_("keyed hash of the person"), max_length=64, db_index=True)
    party = models.CharField(_("party"), max_length=32, db_index=True)
    service = models.ForeignKey(DataService, on_delete=models.PROTECT, related_name="consents")
    consumer = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=80)
    fields = models.JSONField(_("fields"), default=list)
    given_at = models.DateTimeField(_("given"))
    valid_to = models.DateTimeField(_("valid until"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at"]

    def __str__(self) -> str:
        return self.number


class Exchange(models.Model):
    """One request and its answer (giao dịch), without what was said: ids, digests, both signatures and signed heads."""

    direction = models.CharField(_("direction"), max_length=3, choices=[("in", _("served")), ("out", _("asked"))])
    client = models.CharField(_("consumer"), max_length=160)
    service = models.CharField(_("service"), max_length=250, db_index=True)
    endpoint = models.CharField(_("endpoint"), max_length=120)
    message_id = models.CharField(_("X-Road-Id"), max_length=60)
    request_id = models.CharField(_("X-Road-Request-Id"), max_length=40)
    issue = models.CharField(_("issue"), max_length=170, blank=True)
    purpose = models.CharField(_("purpose"), max_length=80, blank=True)
    grant = models.CharField(_("grant"), max_length=20, blank=True, db_index=True)
    fields = models.CharField(_("fields"), max_length=1000, blank=True)
    persons = models.PositiveIntegerField(_("persons"), default=0)
    status = models.PositiveSmallIntegerField(_("status"))
    fault = models.CharField(_("fault"), max_length=80, blank=True)
    request_digest = models.CharField(_("digest of the request's body"), max_length=100, blank=True)
    response_digest = models.CharField(_("digest of the answer's body"), max_length=100, blank=True)
    request_hash = models.CharField(_("request hash"), max_length=100, blank=True)
    sealed_proof = models.BinaryField(_("signed heads and signatures, sealed"), null=True)
    size = models.PositiveIntegerField(_("bytes of the answer"), default=0)
    at = models.DateTimeField(_("at"), db_index=True)
    milliseconds = models.FloatField(_("duration, ms"))

    class Meta:
        verbose_name = _("exchange")
        verbose_name_plural = _("exchanges")
        constraints = [
            models.UniqueConstraint(fields=["direction", "client", "message_id"], name="message_comes_once"),
        ]
        indexes = [models.Index(fields=["service", "at"], name="exchange_by_service")]

    def __str__(self) -> str:
        return self.message_id


class AccessRecord(models.Model):
    """That somebody saw something of a person (lượt xem dữ liệu): when, who, which fields, why, from which door."""

    person = models.CharField(_("keyed hash of the person"), max_length=64)
    at = models.DateTimeField(_("at"))
    agency = models.CharField(_("agency or member"), max_length=160)
    by = models.BigIntegerField(_("officer"), null=True)
    role = models.CharField(_("post"), max_length=20, blank=True)
    fields = models.CharField(_("fields"), max_length=1000)
    purpose = models.CharField(_("purpose"), max_length=200)
    issue = models.CharField(_("matter"), max_length=170, blank=True)
    source = models.CharField(_("where it was seen"), max_length=250)
    refused = models.BooleanField(_("refused"), default=False)
    shown_from = models.DateTimeField(_("shown from"))
    entry = models.BigIntegerField(_("journal entry"), null=True, unique=True)
    exchange = models.ForeignKey(Exchange, null=True, on_delete=models.PROTECT, related_name="seen")

    class Meta:
        verbose_name = _("access to personal data")
        verbose_name_plural = _("accesses to personal data")
        indexes = [
            models.Index(fields=["person", "-at"], name="access_by_person"),
            models.Index(fields=["agency", "at"], name="access_by_agency"),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.at:%Y-%m-%d}"


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
    access = models.ForeignKey(AccessRecord, null=True, on_delete=models.PROTECT, related_name="questions")
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


class Line(models.Model):
    """How a service of another node is doing (đường nối): the circuit breaker's memory."""

    service = models.CharField(_("service"), max_length=250, unique=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    closed_until = models.DateTimeField(_("left alone until"), null=True, blank=True)
    last_ok_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    last_failed_at = models.DateTimeField(_("last failure"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")

    def __str__(self) -> str:
        return self.service


class RegisterCopy(models.Model):
    """A value fetched from a national register (bản sao), sealed, and unused once its validity is over."""

    register = models.CharField(_("register"), max_length=40)
    person = models.CharField(_("keyed hash of what was asked for"), max_length=64)
    sealed = models.BinaryField(_("value, sealed"))
    source = models.CharField(_("service"), max_length=250)
    message_id = models.CharField(_("exchange"), max_length=60)
    fetched_at = models.DateTimeField(_("fetched"))
    valid_until = models.DateTimeField(_("valid until"))

    class Meta:
        verbose_name = _("register copy")
        verbose_name_plural = _("register copies")
        constraints = [models.UniqueConstraint(fields=["register", "person"], name="copy_is_kept_once")]

    def __str__(self) -> str:
        return self.register


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
