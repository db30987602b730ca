"""The kinds of source that come with Hương; more are added through the port."""

from django.utils.translation import gettext_lazy as _

from huong.intake.ports import source_kinds


def fill() -> None:
    """Add our kinds to the port."""
    from huong.intake.kinds import database, folder, http, own_journal, waiting

    source_kinds.add("upload", waiting.Waiting(_("Upload")))
    source_kinds.add("entry", waiting.Waiting(_("Entry form")))
    source_kinds.add("push", waiting.Waiting(_("Push API")))
    source_kinds.add("folder", folder.Folder())
    source_kinds.add("http", http.Http())
    source_kinds.add("database", database.Database())
    source_kinds.add("journal", own_journal.OwnJournal())
