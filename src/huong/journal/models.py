"""The nouns of the journal: entries, cursors of readers, counts of tallies, seals."""

from typing import Any

from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from huong.base.sql import is_postgresql, reader_horizon
from huong.journal import rules

AUDIENCES = [("public", _("public")), ("staff", _("staff")), ("named", _("named persons"))]


class PositionAfter(models.Func):
    """`(xid, id) > (x, i)` as one comparison, which both databases answer from the index."""

    output_field = models.BooleanField()

    def __init__(self, xid: int, entry: int) -> None:
        super().__init__(models.F("xid"), models.F("id"), models.Value(xid), models.Value(entry))

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Return the row comparison."""
        parts = [compiler.compile(each) for each in self.get_source_expressions()]
        sql = "({}, {}) > ({}, {})".format(*(part for part, _params in parts))
        return sql, [value for _part, params in parts for value in params]


class _InPassing(models.Func):
    """A column that SQLite's planner does not look up in an index (SQLite, query optimizer overview, section 3)."""

    template, arity, output_field = "+%(expressions)s", 1, models.CharField()


class Entries(models.QuerySet["Entry"]):
    """Ways of asking for entries."""

    def after(self, xid: int, entry: int) -> "Entries":
        """Keep those behind a position."""
        return self.filter(PositionAfter(xid, entry))

    def up_to(self, xid: int, entry: int) -> "Entries":
        """Keep those up to and with a position."""
        return self.exclude(PositionAfter(xid, entry))

    def named(self, patterns: tuple[str, ...], *, in_passing: bool = False) -> "Entries":
        """Keep those with one of the names ("store.committed", "store.*", "*").

        Args:
            in_passing: look at names while reading in the order of positions; SQLite would otherwise gather all
                entries of the names and sort them, for each batch again.
        """
        if "*" in patterns:
            return self
        rows = self.alias(called=_InPassing("name") if in_passing and not is_postgresql() else models.F("name"))
        wanted = models.Q(called__in=[pattern for pattern in patterns if not pattern.endswith(".*")])
        for pattern in patterns:
            if pattern.endswith(".*"):
                wanted |= models.Q(called__startswith=pattern[:-1])
        return rows.filter(wanted)

    def settled(self) -> "Entries":
        """Keep those that no transaction still running can precede.

        On PostgreSQL a transaction that began earlier may commit later; below the horizon every
        transaction of this database has ended, so nothing can appear there any more. Entries of
        the reader's own transaction count too: readers refuse to run inside one, except a test's.
        """
        if not is_postgresql():
            return self
        shift = 'COALESCE((SELECT "by" FROM "journal_shift" WHERE "id" = 1), 0)'
        horizon = RawSQL(f"{reader_horizon()} + {shift}", [])  # noqa: S611 - constants only
        own = RawSQL(f"pg_current_xact_id_if_assigned()::text::bigint + {shift}", [])  # noqa: S611
        return self.filter(models.Q(xid__lt=horizon) | models.Q(xid=own))


def transaction_number() -> str:
    """Return the SQL expression that numbers an entry's transaction: growing on PostgreSQL, constant on SQLite."""
    shift = 'COALESCE((SELECT "by" FROM "journal_shift" WHERE "id" = 1), 0)'
    number = "pg_current_xact_id()::text::bigint" if is_postgresql() else "0"
    return f"{number} + {shift}"


class Entry(models.Model):
    """One thing that happened (bản ghi nhật ký). Written once, never changed.

    Holds ids, digests and codes, never words or personal values: those stand in the table of the
    package that recorded it, where they can be edited or erased.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("at"))
    name = models.CharField(_("event"), max_length=80)
    subject = models.CharField(_("subject"), max_length=200)
    by = models.BigIntegerField(_("by"), null=True)
    agency = models.CharField(_("agency"), max_length=40)
    unit = models.CharField(_("unit"), max_length=20)
    audience = models.CharField(_("audience"), max_length=8, choices=AUDIENCES)
    data = models.JSONField(_("facts"), default=dict)
    request_id = models.CharField(_("request"), max_length=64)
    xid = models.BigIntegerField(_("transaction"))

    objects = Entries.as_manager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        indexes = (
            models.Index(fields=["xid", "id"], name="entry_by_position"),
            models.Index(fields=["subject", "id"], name="entry_by_subject"),
            models.Index(fields=["name", "id"], name="entry_by_name"),
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(audience__in=[key for key, _label in AUDIENCES]),
                name="entry_has_a_known_audience",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.subject}"

    def facts(self) -> dict[str, Any]:
        """Return everything the entry says, as plain values: what is sealed and exported."""
        return {
            "id": self.id,
            "at": rules.instant(self.at),
            "name": self.name,
            "subject": self.subject,
            "by": self.by,
            "agency": self.agency,
            "unit": self.unit,
            "audience": self.audience,
            "data": self.data,
            "request_id": self.request_id,
            "xid": self.xid,
        }


class Shift(models.Model):
    """How much is added to the database's transaction numbers since the journal moved (độ dời)."""

    by = models.BigIntegerField(_("added"), default=0)

    class Meta:
        verbose_name = _("shift of transaction numbers")
        verbose_name_plural = _("shifts of transaction numbers")

    def __str__(self) -> str:
        return str(self.by)


class Cursor(models.Model):
    """How far one reader has come (vị trí đọc), and what stopped it if something did."""

    name = models.CharField(_("reader"), max_length=100, primary_key=True)
    xid = models.BigIntegerField(_("transaction"), default=0)
    entry = models.BigIntegerField(_("entry"), default=0)
    moved_at = models.DateTimeField(_("moved"), null=True)
    failures = models.PositiveIntegerField(_("failures"), default=0)
    retry_at = models.DateTimeField(_("next attempt"), null=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("reader's cursor")
        verbose_name_plural = _("readers' cursors")

    def __str__(self) -> str:
        return f"{self.name} {self.xid}:{self.entry}"


class Count(models.Model):
    """One figure of a tally (số đếm): how many entries fell under one key of codes."""

    tally = models.CharField(_("tally"), max_length=110)
    key = models.CharField(_("key"), max_length=300)
    value = models.BigIntegerField(_("count"))

    class Meta:
        verbose_name = _("count")
        verbose_name_plural = _("counts")
        constraints = (models.UniqueConstraint(fields=["tally", "key"], name="count_has_one_row_per_key"),)

    def __str__(self) -> str:
        return f"{self.tally} {self.key} {self.value}"


class SealKey(models.Model):
    """The public half of a key that signs seals (khóa niêm phong)."""

    key_id = models.CharField(_("key"), max_length=16, primary_key=True)
    public = models.CharField(_("public key"), max_length=64)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("key of seals")
        verbose_name_plural = _("keys of seals")

    def __str__(self) -> str:
        return self.key_id


class Seal(models.Model):
    """A signed Merkle root over a run of entries (niêm phong), chained to the seal before it."""

    number = models.BigIntegerField(_("number"), primary_key=True)
    first_xid = models.BigIntegerField()
    first_entry = models.BigIntegerField(_("first entry"))
    last_xid = models.BigIntegerField()
    last_entry = models.BigIntegerField(_("last entry"))
    count = models.PositiveIntegerField(_("entries"))
    from_at = models.DateTimeField(_("earliest"))
    to_at = models.DateTimeField(_("latest"))
    root = models.CharField(_("root"), max_length=64)
    previous = models.CharField(_("previous seal"), max_length=64)
    at = models.DateTimeField(_("sealed"))
    key_id = models.CharField(_("key"), max_length=16)
    signature = models.CharField(_("signature"), max_length=128)
    leaves = models.BinaryField(_("leaves"))

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        constraints = (models.CheckConstraint(condition=models.Q(count__gt=0), name="seal_covers_at_least_one_entry"),)

    def __str__(self) -> str:
        return f"{self.number}"

    def body(self) -> dict[str, Any]:
        """Return what the signature covers, as plain values."""
        return {
            "number": self.number,
            "first": [self.first_xid, self.first_entry],
            "last": [self.last_xid, self.last_entry],
            "count": self.count,
            "from": rules.instant(self.from_at),
            "to": rules.instant(self.to_at),
            "root": self.root,
            "previous": self.previous,
            "at": rules.instant(self.at),
            "key_id": self.key_id,
        }

    def digest(self) -> str:
        """Return the digest that the next seal carries as `previous`."""
        return rules.seal_digest(self.body(), self.signature)
