"""One verb on many dossiers, from the list."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from huong.base.errors import HuongError
from huong.base.text import whole
from huong.people.access import needs
from huong.people.models import User
from huong.procedures import queries
from huong.procedures.actions import bulk
from huong.procedures.pages.desk.asking import LIST


@needs("procedures.handle")
@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """Do one thing with the chosen dossiers, go back to the list, and say there what became of each."""
    person, data = cast("User", request.user), request.POST
    try:
        outcome = bulk.many(
            _visible(person, data.getlist("chosen")),
            verb=data.get("verb", ""),
            by=person,
            person=User.objects.filter(pk=whole(data.get("person", "")) or 0).first(),
            to=data.get("agency", ""),
            words=data.get("words", ""),
        )
        request.session["dossiers_outcome"] = {"done": outcome.done, "refused": outcome.refused}
    except HuongError as error:
        messages.error(request, error.message)
    back = data.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}) else LIST)


def _visible(person: User, chosen: list[str]) -> list[tuple[str, int]]:
    """Return the chosen dossiers that the person may see at all, with the version looked at."""
    parted = [(uid, whole(version)) for uid, _dot, version in (each.partition(".") for each in chosen)]
    given = {uid: version for uid, version in parted if version is not None}
    seen = queries.visible_to(person).filter(uid__in=list(given)[: bulk.MOST + 1]).values_list("uid", flat=True)
    known = set(seen)
    return [(uid, version) for uid, version in given.items() if uid in known]
