"""Reminding the sender of a late dataset: what is sent to whom, then one button."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huong.base import clock
from huong.base.errors import HuongError
from huong.catalogue import queries as catalogue
from huong.intake import actions, queries
from huong.people.access import staff_only
from huong.quality import queries as quality
from huong.ui import words
from huong.web import datasets
from huong.web.context import agency_name


@staff_only
def remind(request: HttpRequest, name: str) -> HttpResponse:
    """Ask before the sender of a late dataset is reminded; then remind."""
    person: Any = request.user
    dataset = catalogue.require_visible(name, person)
    spec = datasets.contract_or_none(name)
    if request.method == "POST":
        try:
            told = actions.remind(name, by=person).told
            messages.success(
                request,
                ngettext("%(people)s person was reminded.", "%(people)s people were reminded.", told)
                % {"people": words.number(told)},
            )
        except HuongError as error:
            messages.error(request, error.message)
        return redirect(datasets.url_of(name))
    context = {
        "dataset": datasets.facts_of(dataset, spec),
        "scores": quality.latest(name).values,
        "late": spec is not None and queries.is_late(spec),
        "before": queries.reminded_on(name, clock.today()),
        "whom": str(dataset.steward)
        if dataset.steward
        else _("the stewards of %(owner)s") % {"owner": agency_name(dataset.owner)},
    }
    return render(request, "web/datasets/remind.html", context)
