"""Time stamps of a time-stamp authority, asked through the house's own door for outgoing requests.

Source: RFC 3161 section 3.4 (time stamps over HTTP).
"""

from asn1crypto import tsp
from django.utils.translation import gettext as _
from pyhanko.sign.timestamps import TimeStamper

from huong.base import net
from huong.base.errors import Unavailable

OK = 200


class HouseTimeStamper(TimeStamper):
    """Asks one time-stamp authority."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Send a request and return the answer.

        Raises:
            Unavailable: nobody answered, or something that is no time stamp.
        """
        answer = net.post(self.url, content=req.dump(), headers={"Content-Type": "application/timestamp-query"})
        if answer.status_code != OK:
            raise Unavailable(_("The time-stamp service answered %(status)s.") % {"status": answer.status_code})
        return tsp.TimeStampResp.load(answer.content)
