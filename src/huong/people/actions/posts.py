"""Giving and ending posts, and who stands in for them."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from huong.base import clock
from huong.base.errors import BadInput, Conflict, WrongState
from huong.journal import actions as journal
from huong.people import access, events, rules
from huong.people.models import Agency, Post, User


@transaction.atomic
def appoint(
    user: User, *, agency: Agency, role: str, since: date | None = None, until: date | None = None, by: User | None
) -> Post:
    """Give somebody a post in an agency, from a day to a day.

    Args:
        role: one of `people.rules.ROLES`.
        since: the first day; today if left out.
        until: the last day, or None for no end yet.
        by: who gives it; None only at the machine itself (command line, set-up).

    Raises:
        Forbidden: `by` may not manage people.
        BadInput: no such role, or the days are in the wrong order.
        Conflict: the person holds this post already.

    Records: `people.appointed`.
    """
    if by is not None:
        access.require_power(by, "people.manage", agency)
    since = since or clock.today()
    if role not in rules.ROLES:
        raise BadInput(_("There is no role “%(role)s”.") % {"role": role})
    if until is not None and until < since:
        raise BadInput(_("The last day lies before the first one."))
    if Post.objects.on(since).filter(user=user, agency=agency, role=role).exists():
        raise Conflict(_("%(user)s holds this post already.") % {"user": user})
    post = Post.objects.create(user=user, agency=agency, role=role, valid_from=since, valid_to=until)
    journal.record(
        events.APPOINTED,
        f"post:{post.id}",
        by=by.id if by else None,
        agency=agency.code,
        role=role,
        user=user.id,
        until=until.isoformat() if until else "",
    )
    access.forget_holdings()
    return post


@transaction.atomic
def end(post: Post, *, on: date | None = None, by: User | None) -> Post:
    """End a post with a last day.

    Raises:
        Forbidden: `by` may not manage people.
        WrongState: it has ended earlier, or the day lies before its first.

    Records: `people.post_ended`.
    """
    if by is not None:
        access.require_power(by, "people.manage", post.agency)
    on = on or clock.today()
    ended = Post.objects.filter(id=post.id, valid_from__lte=on).exclude(valid_to__lte=on).update(valid_to=on)
    if not ended:
        raise WrongState(_("This post has ended already, or begins only later."))
    journal.record(
        events.POST_ENDED,
        f"post:{post.id}",
        by=by.id if by else None,
        agency=post.agency.code,
        role=post.role,
        user=post.user_id,
        on=on.isoformat(),
    )
    access.forget_holdings()
    post.refresh_from_db()
    return post


@transaction.atomic
def deputise(post: Post, deputy: User, *, since: date | None = None, until: date | None = None, by: User) -> Post:
    """Let somebody stand in for a post, with its powers, from a day to a day.

    The holder may name a deputy; so may whoever manages people.

    Raises:
        Forbidden: `by` is neither.
        BadInput: the deputy is the holder, or the days are in the wrong order.

    Records: `people.deputised`.
    """
    if by.id != post.user_id:
        access.require_power(by, "people.manage", post.agency)
    since = since or clock.today()
    if deputy.id == post.user_id:
        raise BadInput(_("Nobody stands in for themselves. Please choose a colleague."))
    if until is not None and until < since:
        raise BadInput(_("The last day lies before the first one."))
    Post.objects.filter(id=post.id).update(deputy=deputy, deputy_from=since, deputy_to=until)
    journal.record(
        events.DEPUTISED,
        f"post:{post.id}",
        by=by.id,
        agency=post.agency.code,
        deputy=deputy.id,
        since=since.isoformat(),
        until=until.isoformat() if until else "",
    )
    access.forget_holdings()
    post.refresh_from_db()
    return post
