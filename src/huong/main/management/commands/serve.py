"""`huong serve`: run the platform on this machine."""

from typing import Any

from django.conf import settings

from huong.base import home
from huong.base.checks import unknown_settings
from huong.base.commands import HuongCommand
from huong.main import filling, supervisor
from huong.main.prepare import prepare


class Command(HuongCommand):
    """Prepare the home, then serve until asked to end."""

    help = "Run the platform on this machine: web workers, journal readers, jobs."

    def add_arguments(self, parser: Any) -> None:
        """Take the port."""
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--host", default=settings.HUONG.host)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve.

        Raises:
            Conflict: the port is taken.
            BadInput: the address is not one of this machine.
        """
        for message in unknown_settings():
            self.stderr.write(str(message.msg))
        supervisor.require_free(options["host"], options["port"])
        fresh = prepare()
        if fresh and home.is_demo():
            filling.fill.later()
        self.stdout.write(f"Hương: http://{options['host']}:{options['port']}/")
        if fresh and not home.is_demo():
            self.stdout.write("Create the first administrator's link with: huong user invite ADDRESS --role admin")
        self.stdout.flush()
        supervisor.run(options["host"], options["port"])
