"""`huong token add NAME --agency CODE --power ...`: a system's key to the API."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from huong.base.commands import HuongCommand
from huong.base.errors import NotFound
from huong.people import queries, rules
from huong.people.actions import tokens
from huong.people.models import ApiToken


class Command(HuongCommand):
    """Issue, list or revoke tokens. Whoever may run this is the operator of the machine."""

    help = "Issue, list or revoke the tokens of systems."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the verb and its facts."""
        parser.add_argument("verb", choices=["add", "list", "revoke"])
        parser.add_argument("name", help="of the system; for list the agency's code; for revoke the token's number")
        parser.add_argument("--agency", default="", help="the agency's code")
        parser.add_argument("--power", action="append", default=[], choices=sorted(rules.POWERS))
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it; a new token is printed this once."""
        result = {"add": _add, "list": _list, "revoke": _revoke}[options["verb"]](options)
        self.answer(str(result["message"]), as_json=options["as_json"], **result)


def _add(options: dict[str, Any]) -> dict[str, object]:
    token, secret = tokens.issue(
        options["name"],
        agency=queries.agency(options["agency"]),
        powers=options["power"],
        days=options["days"],
        by=None,
    )
    return {
        "accepted": 1,
        "id": token.id,
        "token": secret,
        "expires": token.expires_at.isoformat(),
        "message": secret,
    }


def _list(options: dict[str, Any]) -> dict[str, object]:
    found = [
        {
            "id": token.id,
            "name": token.name,
            "powers": token.powers,
            "expires": token.expires_at.isoformat(),
            "revoked": token.revoked_at is not None,
        }
        for token in queries.tokens_of(queries.agency(options["name"]).code)
    ]
    lines = [f"{one['id']}  {one['name']}  {one['expires']}" for one in found]
    return {"accepted": len(found), "tokens": found, "message": "\n".join(lines)}


def _revoke(options: dict[str, Any]) -> dict[str, object]:
    number = options["name"]
    token = ApiToken.objects.filter(id=int(number)).select_related("agency").first() if number.isdigit() else None
    if token is None:
        raise NotFound(_("There is no token with this number."))
    tokens.revoke(token, by=None)
    return {"accepted": 1, "id": token.id, "message": _("The token is revoked.")}
