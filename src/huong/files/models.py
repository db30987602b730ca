"""The nouns of files: a blob of bytes, and who keeps it under which name."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from huong.files.kinds import Kind

KINDS = [(kind.value, kind.value) for kind in Kind]


class Blob(models.Model):
    """Bytes kept once (nội dung tệp), known by their digest; encrypted when they belong to a scope.

    The same bytes under two scopes are two blobs, so that erasing one leaves the other.
    """

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(_("SHA-256"), max_length=64)
    size = models.BigIntegerField(_("size in bytes"))
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    scope = models.CharField(_("data key"), max_length=160, blank=True)
    stored = models.CharField(_("file in the home"), max_length=40, unique=True)
    at = models.DateTimeField(_("kept since"))

    class Meta:
        verbose_name = _("file content")
        verbose_name_plural = _("file contents")
        constraints = (
            models.UniqueConstraint(fields=["digest", "scope"], name="blob_is_kept_once_per_scope"),
            models.CheckConstraint(condition=models.Q(size__gte=0), name="blob_has_no_negative_size"),
        )

    def __str__(self) -> str:
        return self.digest[:12]


class Kept(models.Model):
    """That somebody keeps a blob under a name (tệp lưu): two owners of the same bytes are two rows."""

    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="kept", verbose_name=_("content"))
    owner = models.CharField(_("owner"), max_length=160, db_index=True)
    name = models.CharField(_("name"), max_length=200)
    at = models.DateTimeField(_("kept since"))

    class Meta:
        verbose_name = _("kept file")
        verbose_name_plural = _("kept files")
        constraints = (models.UniqueConstraint(fields=["blob", "owner", "name"], name="file_is_kept_once_per_name"),)

    def __str__(self) -> str:
        return self.name
