"""`huong user invite NAME`: an account and its one-time link."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from huong.base.commands import HuongCommand
from huong.people import queries, rules
from huong.people.actions import posts, sign_in, users


class Command(HuongCommand):
    """Invite somebody, or remove a lost second factor. Whoever may run this is the operator of the machine."""

    help = "Invite somebody and print the one-time link, or remove a lost second factor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the verb and the person."""
        parser.add_argument("verb", choices=["invite", "reset-second-factor"])
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="the full name")
        parser.add_argument("--email", default="")
        parser.add_argument("--agency", default="", help="the code of the agency of the first post")
        parser.add_argument("--role", default="", choices=["", *sorted(rules.ROLES)])

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it, and print the link once."""
        result = _invite(options) if options["verb"] == "invite" else _reset(options["username"])
        self.answer(str(result["message"]), as_json=options["as_json"], **result)


def _invite(options: dict[str, Any]) -> dict[str, object]:
    agency = queries.agency(options["agency"]) if options["agency"] else None
    user, secret = users.invite(options["username"], full_name=options["name"], email=options["email"], by=None)
    if agency is not None:
        posts.appoint(user, agency=agency, role=options["role"] or "officer", by=None)
    link = f"{settings.PUBLIC_URL or f'http://127.0.0.1:{settings.PORT}'}{reverse('people:join', args=[secret])}"
    return {"accepted": 1, "user": user.username, "link": link, "message": link}


def _reset(username: str) -> dict[str, object]:
    sign_in.remove_second_factor(queries.user(username), by=None)
    return {"accepted": 1, "user": username, "message": _("Done. The next sign-in asks for a new second factor.")}
