"""`huong backup FILE`: write and test a backup."""

from pathlib import Path
from typing import Any

from huong.base.commands import HuongCommand
from huong.main import backup


class Command(HuongCommand):
    """Back up database, store, files and quarantine; keys apart and only when told."""

    help = "Write an archive of this home and read it back."

    def add_arguments(self, parser: Any) -> None:
        """Take the target and the passphrase file."""
        parser.add_argument("target", type=Path)
        parser.add_argument(
            "--passphrase-file", type=Path, help="Also write FILE.keys, encrypted under its first line."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Back up."""
        facts = backup.backup(options["target"].resolve(), passphrase=first_line(options["passphrase_file"]))
        sentence = f"{facts['files']} files, {facts['bytes']} bytes, read back and equal; sha256 {facts['sha256']}"
        if not facts["keys"]:
            sentence += "\nThe keys are not in it. Without them personal data cannot be read after a restore."
        self.answer(sentence, as_json=options["as_json"], **facts)


def first_line(file: Path | None) -> str | None:
    """Return the passphrase in a file, or None without a file."""
    return file.read_text(encoding="utf-8").splitlines()[0].strip() if file else None
