"""`huong sandbox`: invented registers, sign-in, payments and portal on this machine."""

from typing import Any

from huong.base.commands import HuongCommand
from huong.base.errors import BadInput
from huong.exchange.sandbox import running
from huong.exchange.sandbox.__main__ import arguments, options


class Command(HuongCommand):
    """Run the sandbox until asked to end."""

    help = "Run the sandbox: national registers, VNeID-like sign-in, payments, portal; all invented."

    def add_arguments(self, parser: Any) -> None:
        """Take its folder and its port."""
        arguments(parser)

    def handle(self, *args: Any, **given: Any) -> None:
        """Serve."""
        wanted = options(given)
        self.answer(
            f"Sandbox: http://{wanted.host}:{wanted.port}/",
            as_json=given["as_json"],
            accepted=1,
            address=f"http://{wanted.host}:{wanted.port}/",
        )
        self.stdout.flush()
        try:
            running.run(wanted)
        except (ValueError, OSError) as error:
            raise BadInput(str(error)) from error
