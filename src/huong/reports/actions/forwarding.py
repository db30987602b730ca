"""One report goes to another city's system because an officer says so, whatever the rules of sending would do."""

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base.errors import BadInput, NotFound, WrongState
from huong.people.models import User
from huong.reports import events
from huong.reports.actions import moving, pushing
from huong.reports.models import Report
from huong.reports.queries import cities


@transaction.atomic
def forward(number: str, *, to: str, text: str, by: User, version: int | None = None) -> Report:
    """Send one report to another city's system by hand; who sent it is not told there, and it stays with its agency.

    It leaves the house after the transaction, is tried again with patience, and stands among what did not go out if it
    fails for good.

    Args:
        to: the short name of the other system.
        text: why; only officers read it.

    Raises:
        NotFound: there is no such system in use.
        WrongState: that system knows the report already, or none of its services is for this kind.
        BadInput: no reason is given.

    Records: `reports.passed_on` with the system.
    """
    report = moving.found(number)
    moving.allowed(report, "forward", by=by, version=version)
    if not text.strip():
        raise BadInput(_("Please say in a few words why it goes there."), code="text_needed", field="text")
    peer = cities.in_use(to)
    if peer is None:
        raise NotFound(_("There is no other system of this name in use."))
    if cities.knows(peer, report):
        raise WrongState(_("%(peer)s knows this report already.") % {"peer": peer.name})
    if peer not in cities.takers_of(report):
        raise WrongState(
            _("No service of “%(peer)s” is named for reports of this kind. Whoever sets systems up can name one.")
            % {"peer": peer.name}
        )
    entry = moving.change(report, events.PASSED_ON, by=by, facts={"peer": peer.key})
    moving.say(report, entry, "note", text, by=by, for_reporter=False)
    pushing.start(peer, report, entry)
    return report
