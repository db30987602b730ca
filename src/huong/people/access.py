"""Who may do what: the one family of access functions. Every door asks here, nobody reads posts by hand.

A person's powers are those of the posts they hold today, and of the posts they stand in for. A system's
powers are those of its token. Authorisation of lists is one SQL predicate (`visible_to`).
"""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from huong.base import clock, home
from huong.base.errors import Forbidden, Unauthenticated
from huong.journal import actions as journal
from huong.journal.models import Entry
from huong.people import events, rules
from huong.people.held import posts_held
from huong.people.models import Agency, ApiToken, User

Anyone = User | AnonymousUser | AbstractBaseUser
M = TypeVar("M", bound=Model)
View = Callable[..., HttpResponseBase]

SECOND_FACTOR = "huong_second_factor"
NARROWED = "_narrowed"  # on the user object of one request: the powers of a short-lived token
_changes = itertools.count(1)
_edition = next(_changes)


@dataclass(frozen=True)
class Holding:
    """One post or token as far as powers go."""

    agency_id: int
    agency_code: str
    powers: frozenset[str]
    city_wide: bool
    leads_city: bool = False


def forget_holdings() -> None:
    """Make every user object of this process read its posts again: a post or a token has changed."""
    global _edition  # noqa: PLW0603 - one counter for the process
    _edition = next(_changes)


def holdings(user: Anyone) -> tuple[Holding, ...]:
    """Return the posts and tokens a person or system has today, with their powers; empty for strangers.

    Kept on the user object, which lives for one request, so that a page asks the database once.
    """
    if not isinstance(user, User) or not user.is_active:
        return ()
    stamp = (clock.today(), _edition)
    kept = user.__dict__.get("_holdings")
    if kept is None or kept[0] != stamp:
        found = _of_token(user) if user.kind == "system" else _of_posts(user)
        kept = user.__dict__["_holdings"] = (stamp, found)
    return cast("tuple[Holding, ...]", kept[1])


def _of_posts(user: User) -> tuple[Holding, ...]:
    """Read the posts, and with the same query the agencies that ended and for which these answer."""
    posts = posts_held(user.id, clock.today())
    answered_for = {post.code for post in posts} | {post.ended for post in posts if post.ended}
    user.__dict__["_answered_for"] = sorted(answered_for)
    wards = {post.unit_code for post in posts if post.tier == "ward" and post.unit_code}
    wards |= {post.ended_unit for post in posts if post.ended_tier == "ward" and post.ended_unit}
    user.__dict__["_wards"] = sorted(wards)
    user.__dict__["_main_agency"] = posts[0] if posts else None
    found = (
        Holding(
            post.pk,
            post.code,
            rules.powers_of(post.role),
            city_wide=rules.is_city_wide(post.role),
            leads_city=post.role == "leader" and post.tier == "city" and post.kind == "committee",
        )
        for post in posts
    )
    return tuple(dict.fromkeys(found))


def _of_token(user: User) -> tuple[Holding, ...]:
    token = ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=clock.now())
    narrowed: frozenset[str] | None = user.__dict__.get(NARROWED)
    return tuple(
        Holding(
            found.agency_id,
            found.agency.code,
            frozenset(found.powers) if narrowed is None else frozenset(found.powers) & narrowed,
            city_wide=False,
        )
        for found in token.select_related("agency")
    )


def is_staff(user: Anyone) -> bool:
    """Return whether somebody holds a post today, or is a system with a valid token."""
    return bool(holdings(user))


def powers_of(user: Anyone) -> frozenset[str]:
    """Return every power somebody has somewhere."""
    return frozenset().union(*(holding.powers for holding in holdings(user)))


def has_power(user: Anyone, power: str, agency: Agency | str | None = None) -> bool:
    """Return whether somebody has a power: in an agency if one is named, else anywhere.

    Args:
        power: such as "catalogue.edit"; see `people.rules.POWERS`.
        agency: an agency or its code. An agency that has ended is answered for by its heir.
    """
    held = [holding for holding in holdings(user) if power in holding.powers]
    if agency is None or any(holding.city_wide for holding in held):
        return bool(held)
    code = agency if isinstance(agency, str) else agency.code
    if any(holding.agency_code == code for holding in held):
        return True
    ids = {holding.agency_id for holding in held}
    return bool(ids) and Agency.objects.filter(code=code, heir_id__in=ids).exists()


def require_power(user: Anyone, power: str, agency: Agency | str | None = None) -> None:
    """Refuse somebody who lacks a power.

    Raises:
        Unauthenticated: nobody is signed in.
        Forbidden: no post of theirs has the power (in that agency).
    """
    if not user.is_authenticated:
        raise Unauthenticated
    if not has_power(user, power, agency):
        raise Forbidden(
            _("Your post does not include this. Please ask a colleague who may, or the city data office."),
            power=power,
        )


def agencies_of(user: Anyone) -> list[str]:
    """Return the codes of the agencies somebody acts for today, and of the ended ones these answer for.

    Kept on the user object like the holdings it comes from.
    """
    held = holdings(user)
    if not held:
        return []
    if user.kind == "person":  # type: ignore[union-attr]
        return list(user.__dict__["_answered_for"])
    ids = {holding.agency_id for holding in held}
    stamp = user.__dict__["_holdings"][0]
    kept = user.__dict__.get("_agencies")
    if kept is None or kept[0] != stamp:
        found = Agency.objects.filter(Q(id__in=ids) | Q(heir_id__in=ids)).order_by("code")
        kept = user.__dict__["_agencies"] = (stamp, list(found.values_list("code", flat=True)))
    return list(kept[1])


def wards_of(user: Anyone) -> list[str]:
    """Return the codes of the wards and communes whose People's Committees somebody acts for today."""
    if not holdings(user):
        return []
    if user.kind == "person":  # type: ignore[union-attr]
        return list(user.__dict__["_wards"])
    rows = Agency.objects.filter(code__in=agencies_of(user), tier="ward", unit__isnull=False)
    return list(rows.values_list("unit__code", flat=True))


def main_agency(user: Anyone) -> Agency | None:
    """Return the agency of somebody's longest-held post, or None."""
    held = holdings(user)
    if held and user.kind == "person":  # type: ignore[union-attr]
        return cast("Agency", user.__dict__["_main_agency"])
    return Agency.objects.select_related("unit").get(id=held[0].agency_id) if held else None


def sees_all(user: Anyone, power: str = "store.read") -> bool:
    """Return whether somebody reads across all agencies: a city-wide role, or a post in the city's leadership."""
    return any(power in holding.powers and (holding.city_wide or holding.leads_city) for holding in holdings(user))


def visible_to(queryset: QuerySet[M], user: Anyone, field: str = "agency") -> QuerySet[M]:
    """Return the rows that belong to somebody's agencies, as one SQL predicate; none for strangers.

    Args:
        queryset: rows with an agency.
        field: the lookup that leads to the agency: a foreign key ("agency"), or a text that holds its
            code ("owner_code").
    """
    if not is_staff(user):
        return queryset.none()
    if sees_all(user):
        return queryset
    ids = [holding.agency_id for holding in holdings(user)]
    mine = Agency.objects.filter(Q(id__in=ids) | Q(heir_id__in=ids))
    is_relation = _leads_to_agency(queryset.model, field)
    return queryset.filter(**{f"{field}__in": mine if is_relation else mine.values("code")})


def _leads_to_agency(model: type[Model], field: str) -> bool:
    current: Any = model
    for part in field.split("__"):
        found = current._meta.get_field(part)
        current = found.related_model
    return current is Agency


def record_access(user: User, subject: str, fields: Iterable[str], purpose: str, *, agency: str = "") -> Entry:
    """Write down that somebody read personal data, so that the person it is about can see it.

    Args:
        subject: whose or what: "party:0198..." or "dataset:welfare/row:17"; never a personal value.
        fields: the names of what was read.
        purpose: why, in words the person understands.
        agency: the code of the agency for which it was read; the reader's main one if left out.

    Records: `people.accessed`.
    """
    if not agency:
        own = main_agency(user)
        agency = own.code if own else ""
    return journal.record(
        events.ACCESSED,
        subject,
        by=user.id,
        agency=agency,
        audience="named",
        fields=",".join(fields),
        purpose=purpose,
    )


def must_set_second_factor(user: Anyone) -> bool:
    """Return whether this person may go on only with a second factor: staff who do more than read.

    Demonstration homes are left out: their accounts are open to everybody.
    """
    return (
        isinstance(user, User)
        and user.kind == "person"
        and not home.is_demo()
        and rules.needs_second_factor(powers_of(user))
    )


def second_factor_is_missing(request: HttpRequest) -> bool:
    """Return whether the person signed in without the second factor that their powers need."""
    return must_set_second_factor(request.user) and not request.session.get(SECOND_FACTOR)


def open_to_all(view: View) -> View:
    """Mark a page that everybody may open, signed in or not."""
    return _marked(view, "open")


def staff_only(view: View) -> View:
    """Mark a page for people with a post: others are asked to sign in, or told so."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        elsewhere = _first_sign_in(request)
        if elsewhere is not None:
            return elsewhere
        if not is_staff(request.user):
            raise Forbidden(_("This page is for officers of the city. Your account holds no post."))
        return view(request, *args, **kwargs)

    return _marked(guarded, "staff")


def signed_in(view: View) -> View:
    """Mark a page for everybody who is signed in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        elsewhere = _first_sign_in(request)
        return elsewhere if elsewhere is not None else view(request, *args, **kwargs)

    return _marked(guarded, "signed in")


def needs(power: str) -> Callable[[View], View]:
    """Mark a page for people with a power somewhere; the verb behind it asks again, for the agency."""
    if power not in rules.POWERS:
        raise ValueError(power)

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            elsewhere = _first_sign_in(request)
            if elsewhere is not None:
                return elsewhere
            require_power(request.user, power)
            return view(request, *args, **kwargs)

        return _marked(guarded, f"needs {power}")

    return mark


def _marked(view: View, rule: str) -> View:
    view.access = rule  # type: ignore[attr-defined]
    return view


def _first_sign_in(request: HttpRequest) -> HttpResponseBase | None:
    if not request.user.is_authenticated:
        back = request.get_full_path() if request.method == "GET" else "/"
        return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': back})}")
    if second_factor_is_missing(request):
        return redirect(f"{reverse('people:second_factor_set_up')}?{urlencode({'next': request.get_full_path()})}")
    return None
