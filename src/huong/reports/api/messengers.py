"""The door of messengers' gateways: signed messages come in, each once."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from pydantic import Field, ValidationError

from huong.base.errors import BadInput
from huong.reports.actions import letters, messengers
from huong.reports.models import Messenger
from huong.reports.rules import signing


class SignedGateway:
    """Lets in whoever signed the body with a messenger's secret. For django-ninja's `auth=`."""

    def __call__(self, request: HttpRequest) -> Messenger:
        """Return the messenger.

        Raises:
            Forbidden: the signature is wrong, or too old.
        """
        key = request.path.rstrip("/").rsplit("/", 1)[-1]
        return messengers.require_signed(
            key,
            timestamp=request.headers.get(signing.TIME, ""),
            given=request.headers.get(signing.SIGNATURE, ""),
            body=request.body,
        )


class SenderIn(Schema):
    """Who writes: the account, and what the messenger has proven."""

    id: str = Field(min_length=1, max_length=120)
    name: str = Field(default="", max_length=120)
    phone: str = Field(default="", max_length=40, description="a number that the messenger has proven")


class PlaceIn(Schema):
    """A place that was sent."""

    lat: float
    long: float


class MessageIn(Schema):
    """A message."""

    id: str = Field(min_length=1, max_length=200, description="the same however often it is sent")
    sender: SenderIn
    text: str = Field(default="", max_length=8000)
    place: PlaceIn | None = None
    pictures: list[str] = Field(default=[], max_length=20, description="addresses from which pictures are fetched")
    reply_to: str = Field(default="", max_length=200, description="the message that it answers")


class TakenOut(Schema):
    """What became of a message."""

    number: str | None
    outcome: str
    repeated: bool


router = Router(auth=SignedGateway())


@router.post("/messengers/{key}", response=TakenOut, summary="Bring a message of a citizen")
def bring(request: HttpRequest, key: str) -> object:
    """Take a message in, once: a new report, or one more message in a conversation. Answers go to the gateway's address."""
    held = messengers.require(key)
    try:
        body = MessageIn.model_validate_json(request.body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadInput(
            _("The message cannot be read: %(field)s (%(why)s).") % {"field": where, "why": first["type"]}
        ) from error
    kept, repeated = letters.receive(
        letters.Incoming(
            channel=messengers.CHANNEL,
            provider=held.key,
            id=body.id,
            address=body.sender.id,
            name=body.sender.name,
            phone=body.sender.phone,
            text=body.text,
            point=(body.place.long, body.place.lat) if body.place else None,
            urls=tuple(body.pictures),
            refers=(body.reply_to,) if body.reply_to else (),
        )
    )
    return {"number": kept.report.number if kept.report else None, "outcome": kept.outcome, "repeated": repeated}
