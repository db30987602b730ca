"""`huong restore FILE`: bring a backup into an empty home."""

from pathlib import Path
from typing import Any

from huong.base.commands import HuongCommand
from huong.main import backup
from huong.main.management.commands.backup import first_line


class Command(HuongCommand):
    """Restore database, store, files and quarantine, and the keys when they are given."""

    help = "Bring an archive into an empty home."

    def add_arguments(self, parser: Any) -> None:
        """Take the archive and the keys."""
        parser.add_argument("archive", type=Path)
        parser.add_argument("--keys", type=Path)
        parser.add_argument("--passphrase-file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore."""
        facts = backup.restore(
            options["archive"].resolve(),
            keys_file=options["keys"],
            passphrase=first_line(options["passphrase_file"]),
        )
        sentence = f"{facts['files']} files restored. {facts['unreadable']}".strip()
        self.answer(sentence, as_json=options["as_json"], **facts)
