"""What the store refuses."""

from django.utils.translation import gettext_lazy as _

from huong.base.errors import BadInput, Conflict, HuongError, NotFound, TooLarge, Unavailable, WrongState


class Busy(Unavailable):
    """Somebody else is writing to the same dataset."""

    code = "dataset_busy"
    title = _("Another load of this dataset is being written. Nothing was lost; please try again in a moment.")


class Overtaken(Conflict):
    """The dataset changed between writing and publishing."""

    code = "overtaken"
    title = _("Another load was quicker. Nothing was lost; please start this load again.")


class UnsafeTable(Unavailable):
    """The Delta table uses a feature with which a list of files is not the table."""

    code = "unsafe_table"
    title = _("This table was written by a program that uses features Hương does not read. Nothing was changed.")


class WrongSchema(BadInput):
    """Columns do not fit the table."""

    code = "schema_differs"
    title = _("The columns do not fit what is already stored.")


class KeyMissing(BadInput):
    """Rows without a key cannot be matched."""

    code = "key_missing"
    title = _("Some rows have no key, so they cannot be matched with what is stored. Nothing was written.")


class NoCommit(NotFound):
    """There is nothing at that version or instant."""

    code = "no_commit"
    title = _("This dataset has no data yet.")


class Retired(HuongError):
    """The version is older than what may be kept."""

    code = "version_retired"
    status = 410
    title = _("This version is no longer kept: its retention has ended.")


class QueryTooLong(Unavailable):
    """A query ran into its time limit."""

    code = "query_too_long"
    title = _("This query takes too long. Please narrow it down.")


class QueryTooLarge(TooLarge):
    """A query ran into its memory limit."""

    code = "query_too_large"
    title = _("This query needs too much memory. Please narrow it down.")


class HostileQuery(BadInput):
    """A query tried to leave the sandbox."""

    code = "query_not_allowed"
    title = _("This query asks for something outside the shared data. It was not run.")


class NoEngine(Unavailable):
    """The engine named in the configuration is not there."""

    code = "engine_missing"
    title = _("The query engine is not installed.")


class NotYetServed(Unavailable):
    """The serving copy is still being made."""

    code = "not_yet_served"
    title = _("This dataset is being prepared for look-ups. Please try again in a moment.")


class NotWritten(WrongState):
    """A commit is published before it was written."""

    code = "not_written"
    title = _("This load was not written, so it cannot be published. Please start it again.")
