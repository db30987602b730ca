"""The people of the demonstration city: one click on the sign-in page each."""

from typing import Final

from django.utils.translation import gettext_noop

from huong.base.demo import Filler
from huong.people import queries
from huong.people.actions import posts, users
from huong.people.models import Post

CAST: Final = (
    ("an.le", "Lê Thị An", "H57.21", "officer"),
    ("tam.phan", "Phan Văn Tâm", "H57.21", "leader"),
    ("thu.vo", "Võ Thị Thu", "H57.21", "officer"),
    ("minh.tran", "Trần Văn Minh", "H57.8", "steward"),
    ("hanh.ngo", "Ngô Thị Hạnh", "H57.51", "data_office"),
    ("quang.nguyen", "Nguyễn Hữu Quang", "H57", "leader"),
    ("hai.le", "Lê Quang Hải", "H57.50", "operator"),
    ("mai.tran", "Trần Thị Mai", "H57.51", "admin"),
)
DEPUTIES: Final = (("tam.phan", "thu.vo"),)


def fill() -> None:
    """Make the demonstration accounts and give them posts and deputies, since the agencies exist. May be repeated."""
    for username, full_name, agency_code, role in CAST:
        user = users.demonstration_account(username, full_name=full_name)
        if not Post.objects.filter(user=user).exists():
            agency = queries.agency(agency_code)
            posts.appoint(user, agency=agency, role=role, since=agency.valid_from, by=None)
    for holder, deputy in DEPUTIES:
        for post in Post.objects.filter(user__username=holder, deputy=None):
            posts.deputise(post, queries.user(deputy), since=post.valid_from, by=queries.user(holder))


FILLER: Final = Filler(order=10, title=gettext_noop("People and posts"), fill=fill)
