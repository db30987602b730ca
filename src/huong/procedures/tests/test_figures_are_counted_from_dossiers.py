"""Index 766 and the once-only rate are counted from the dossiers; nothing counted is not zero."""

import pytest
from django.test import Client

from huong.procedures.queries import figures, figures_kept
from huong.procedures.rules.index766 import index

pytestmark = pytest.mark.django_db


def test_a_ward_without_dossiers_has_no_points_and_no_zero(procedures, morning):
    _city, wards = figures_kept.indexed(figures_kept.twelve_months())
    assert len(wards) == 40
    assert all(each.index.total.points is None for each in wards)


def test_a_dossier_accepted_today_is_in_time(accepted):
    counts = figures.counts_of(figures.last_year(), by="agency")[accepted.agency]
    assert (counts["dossiers_open"], counts["dossiers_open_in_time"]) == (1, 1)
    assert counts["received_online"] == 1
    assert index(counts, "ward").groups["dvc-progress-tree"].points == 20


def test_the_city_counts_what_the_catalogue_offers(procedures, morning):
    counts = figures.counts_of(figures.last_year())[""]
    assert counts["procedures_published"] >= counts["procedures_complete"] > 0
    assert counts["procedures_eligible"] >= counts["procedures_fully_online"] > 0


def test_the_once_only_rate_is_kept_by_procedure_and_month(accepted):
    (row,) = figures.once_only(figures.last_year())
    assert (row["key"], row["dossiers"], row["fields"]) == (accepted.procedure, 1, accepted.fields_asked)
    (month,) = figures.once_only(figures.last_year(), by="month")
    assert month["dossiers"] == 1


def test_a_reporting_month_ends_on_the_fourteenth():
    assert str(figures.month(2026, 11)) == str(figures.Period(figures.date(2026, 10, 15), figures.date(2026, 11, 14)))


@pytest.mark.parametrize(
    "path", ["index766", "index766?month=2026-11", "once-only", "once-only?by=unit", "once-only?by=month"]
)
def test_the_pages_say_what_is_known(accepted, ward_leader, client: Client, path):
    client.force_login(ward_leader)
    session = client.session
    session["huong_second_factor"] = True
    session.save()
    assert client.get(f"/desk/procedures/{path}").status_code == 200
