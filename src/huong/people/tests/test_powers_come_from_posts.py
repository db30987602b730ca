"""A person may do what the posts they hold today let them do, and nothing else."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huong.base import clock
from huong.base.errors import BadInput, Conflict, Forbidden, Unauthenticated, WrongState
from huong.base.testing.cast import NOON
from huong.journal.models import Entry
from huong.people import access, queries, rules
from huong.people.actions import agencies as agency_verbs
from huong.people.actions import posts, users
from huong.people.held import posts_held
from huong.people.models import Agency, ApiToken, Post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def test_a_steward_edits_in_their_own_agency_only(steward, drains, roads):
    assert access.has_power(steward, "catalogue.edit", drains)
    assert access.has_power(steward, "catalogue.edit", "H57.8")
    assert not access.has_power(steward, "catalogue.edit", roads)
    with pytest.raises(Forbidden):
        access.require_power(steward, "catalogue.edit", roads)
    assert access.agencies_of(steward) == ["H57.8"]
    assert access.main_agency(steward) == drains


def test_the_data_office_approves_everywhere(data_officer, drains, roads):
    assert access.has_power(data_officer, "catalogue.approve", drains)
    assert access.has_power(data_officer, "catalogue.approve", roads)
    assert not access.has_power(data_officer, "people.manage")


def test_a_stranger_has_no_power_and_nobody_is_asked_to_sign_in(stranger, drains):
    from django.contrib.auth.models import AnonymousUser

    assert not access.is_staff(stranger)
    assert access.agencies_of(stranger) == []
    assert access.main_agency(stranger) is None
    with pytest.raises(Forbidden):
        access.require_power(stranger, "store.read", drains)
    with pytest.raises(Unauthenticated):
        access.require_power(AnonymousUser(), "store.read", drains)


def test_a_post_gives_powers_from_its_first_to_its_last_day(stranger, drains, admin):
    today = clock.today()
    post = posts.appoint(
        stranger, agency=drains, role="steward", since=today, until=today + timedelta(days=1), by=admin
    )
    assert access.has_power(stranger, "catalogue.edit", drains)
    with clock.freeze(NOON + timedelta(days=2)):
        assert not access.has_power(stranger, "catalogue.edit", drains)
    with clock.freeze(NOON - timedelta(days=1)):
        assert not access.has_power(stranger, "catalogue.edit", drains)
    posts.end(post, on=today - timedelta(days=0), by=admin)
    with pytest.raises(WrongState):
        posts.end(post, on=today, by=admin)


def test_an_ended_post_takes_its_powers_away_at_once(steward, drains, admin):
    assert access.has_power(steward, "catalogue.edit", drains)
    posts.end(steward.posts.get(), on=clock.today() - timedelta(days=1), by=admin)
    assert not access.has_power(steward, "catalogue.edit", drains)


def test_a_deputy_has_the_powers_while_they_stand_in(steward, stranger, drains):
    today = clock.today()
    posts.deputise(steward.posts.get(), stranger, since=today, until=today + timedelta(days=7), by=steward)
    assert access.has_power(stranger, "intake.repair", drains)
    assert {user.username for user in queries.holders("H57.8", "steward")} == {"minh", "sen"}
    with clock.freeze(NOON + timedelta(days=8)):
        assert not access.has_power(stranger, "intake.repair", drains)


def test_only_the_holder_or_an_administrator_names_a_deputy(steward, stranger, officer):
    post = steward.posts.get()
    with pytest.raises(Forbidden):
        posts.deputise(post, officer, by=stranger)
    with pytest.raises(BadInput):
        posts.deputise(post, steward, by=steward)


def test_only_administrators_give_posts_and_a_refusal_writes_nothing(steward, stranger, drains):
    before = Entry.objects.count()
    with pytest.raises(Forbidden):
        posts.appoint(stranger, agency=drains, role="steward", by=steward)
    assert Entry.objects.count() == before
    assert Post.objects.filter(user=stranger).count() == 0


def test_the_same_post_twice_and_an_unknown_role_are_refused(steward, drains):
    with pytest.raises(Conflict):
        posts.appoint(steward, agency=drains, role="steward", by=None)
    with pytest.raises(BadInput):
        posts.appoint(steward, agency=drains, role="mayor", by=None)


def test_a_closed_account_has_no_powers(steward, drains, admin):
    users.close(steward, by=admin)
    assert not access.has_power(steward, "catalogue.edit", drains)


def test_the_heir_of_an_agency_answers_for_what_it_left(roads_steward, drains, roads, admin):
    agency_verbs.succeed(drains, heir=roads, on=date(2026, 6, 30), by=admin)
    assert access.agencies_of(roads_steward) == ["H57.8", "H57.9"]
    assert access.has_power(roads_steward, "catalogue.edit", "H57.8")
    with pytest.raises(WrongState):
        agency_verbs.succeed(drains, heir=roads, by=admin)


def test_posts_in_an_ended_agency_give_no_powers(steward, drains, roads, admin):
    agency_verbs.succeed(drains, heir=roads, on=clock.today() - timedelta(days=1), by=admin)
    assert not access.is_staff(steward)


def test_a_chain_of_heirs_leads_to_the_one_that_goes_on(drains, roads, ward_office, admin):
    agency_verbs.succeed(drains, heir=roads, on=date(2026, 1, 31), by=admin)
    agency_verbs.succeed(roads, heir=ward_office, on=date(2026, 6, 30), by=admin)
    assert Agency.objects.get(code="H57.8").heir == ward_office


def test_a_list_shows_the_rows_of_one_s_agencies_in_one_query(
    steward, data_officer, leader, stranger, roads, django_assert_num_queries
):
    everything = Post.objects.all()
    assert {post.agency.code for post in access.visible_to(everything, steward)} == {"H57.8"}
    assert access.visible_to(everything, data_officer).count() == everything.count()
    assert access.visible_to(everything, leader).count() == everything.count()
    assert access.visible_to(everything, stranger).count() == 0
    with django_assert_num_queries(1):
        list(access.visible_to(ApiToken.objects.all(), steward, "agency__code"))


def test_one_page_asks_for_a_person_s_posts_once(steward, drains, django_assert_num_queries):
    access.forget_holdings()
    with django_assert_num_queries(1):
        for _again in range(5):
            access.has_power(steward, "catalogue.edit", "H57.8")
            access.is_staff(steward)


def test_reading_personal_data_is_written_down_without_the_values(steward):
    entry = access.record_access(steward, "party:17", ["national_id"], "birth registration")
    assert (entry.audience, entry.agency, entry.by) == ("named", "H57.8", steward.id)
    assert entry.data == {"fields": "national_id", "purpose": "birth registration"}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(role=st.sampled_from(sorted(rules.ROLES)), power=st.sampled_from(sorted(rules.POWERS)), own=st.booleans())
def test_a_role_never_gives_more_than_its_powers(drains, roads, stranger, role, power, own):
    Post.objects.filter(user=stranger).delete()
    posts.appoint(stranger, agency=drains, role=role, by=None)
    expected = power in rules.powers_of(role) and (own or rules.is_city_wide(role))
    assert access.has_power(stranger, power, drains if own else roads) == expected
    Post.objects.filter(user=stranger).delete()


def test_every_role_and_power_is_known_on_both_sides():
    assert set().union(*(role.powers for role in rules.ROLES.values())) == set(rules.POWERS)


def test_the_plain_question_for_posts_holds_on_the_same_days_as_the_model_s(stranger, steward, drains, roads, admin):
    today = clock.today()
    posts.appoint(stranger, agency=roads, role="leader", since=today, until=today + timedelta(days=9), by=admin)
    post = posts.appoint(stranger, agency=drains, role="steward", since=today + timedelta(days=2), by=admin)
    Post.objects.filter(pk=post.pk).update(
        deputy=steward, deputy_from=today + timedelta(days=4), deputy_to=today + timedelta(days=5)
    )
    Agency.objects.filter(pk=roads.pk).update(valid_to=today + timedelta(days=7))
    for person in (stranger, steward):
        for day in (today + timedelta(days=each) for each in range(-1, 11)):
            known = (
                Post.objects.held_by(person.pk, day).order_by("valid_from", "id").values_list("agency__code", "role")
            )
            assert [(each.code, each.role) for each in posts_held(person.pk, day)] == list(known)
