"""Tables of the foundation: data keys, schedules, buckets, calendar days."""

from django.db import models


class DataKey(models.Model):
    """A key that can be destroyed, and with it the data that it protects (khóa dữ liệu)."""

    scope = models.CharField(max_length=160, unique=True)
    wrapped = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    destroyed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.scope


class Schedule(models.Model):
    """When a scheduled job is due next (lịch chạy)."""

    name = models.CharField(max_length=160, unique=True)
    due_at = models.DateTimeField(db_index=True)
    last_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class Bucket(models.Model):
    """How many requests one source has left in the running window (giới hạn)."""

    key = models.CharField(max_length=200, primary_key=True)
    window = models.BigIntegerField()
    taken = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.key


class CalendarDay(models.Model):
    """A day that differs from its weekday: a holiday, or a Saturday made up (ngày nghỉ, ngày làm bù)."""

    day = models.DateField(unique=True)
    working = models.BooleanField()
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.name}"
