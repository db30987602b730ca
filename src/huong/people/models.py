"""Who acts: agencies, people with dated posts, parties the city deals with, and systems with tokens."""

from datetime import date

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

ROLE_NAMES = {
    "officer": _("officer"),
    "steward": _("data steward"),
    "leader": _("leader"),
    "data_office": _("city data office"),
    "operator": _("operator"),
    "admin": _("administrator"),
    "auditor": _("auditor"),
}


class User(AbstractUser):
    """Somebody who signs in (người dùng), or a system that comes with a token.

    Powers never hang on the user: they come from dated posts in agencies.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("full name"), max_length=120, blank=True)
    kind = models.CharField(
        _("kind"), max_length=8, choices=[("person", _("person")), ("system", _("system"))], default="person"
    )
    language = models.CharField(_("language"), max_length=8, blank=True)
    is_demonstration = models.BooleanField(_("demonstration account"), default=False)

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        """Return the name as people write it, in one piece."""
        return str(self)

    def get_short_name(self) -> str:
        """Return the given name, which stands last in Vietnamese."""
        return str(self).split()[-1] if str(self).split() else ""


class AgencyQuerySet(models.QuerySet["Agency"]):
    """Agencies on a day."""

    def on(self, day: date) -> "AgencyQuerySet":
        """Return the agencies that exist on a day."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class Agency(models.Model):
    """A body that acts for the city: department, People's Committee, centre or company (cơ quan, đơn vị)."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=160)
    name_en = models.CharField(_("English name"), max_length=160)
    tier = models.CharField(_("tier"), max_length=8, choices=[("city", _("city")), ("ward", _("ward or commune"))])
    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=[
            ("committee", _("People's Committee")),
            ("department", _("department")),
            ("centre", _("centre")),
            ("company", _("company")),
        ],
    )
    unit = models.ForeignKey(
        "places.Unit", verbose_name=_("unit"), null=True, blank=True, on_delete=models.PROTECT, related_name="agencies"
    )
    is_example = models.BooleanField(_("the code is an example, not official"), default=False)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    heir = models.ForeignKey(
        "people.Agency",
        verbose_name=_("who answers for it today"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="forerunners",
    )

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="agency_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(heir=None) | Q(valid_to__isnull=False), name="agency_with_an_heir_has_ended"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PostQuerySet(models.QuerySet["Post"]):
    """Posts on a day."""

    def on(self, day: date) -> "PostQuerySet":
        """Return the posts held on a day, in agencies that exist on that day."""
        return self.filter(
            Q(valid_to=None) | Q(valid_to__gte=day),
            Q(agency__valid_to=None) | Q(agency__valid_to__gte=day),
            valid_from__lte=day,
            agency__valid_from__lte=day,
        )

    def held_by(self, user_id: int, day: date) -> "PostQuerySet":
        """Return the posts whose powers a person has on a day: their own, and those they stand in for."""
        standing_in = Q(deputy_id=user_id, deputy_from__lte=day) & (Q(deputy_to=None) | Q(deputy_to__gte=day))
        return self.on(day).filter(Q(user_id=user_id) | standing_in)


class Post(models.Model):
    """A person's post in an agency, from one day to another (chức trách), with whoever stands in for them."""

    user = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="posts")
    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(_("role"), max_length=16, choices=list(ROLE_NAMES.items()))
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("last day"), null=True, blank=True)
    deputy = models.ForeignKey(
        User,
        verbose_name=_("deputy"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deputised_posts",
    )
    deputy_from = models.DateField(_("deputy from"), null=True, blank=True)
    deputy_to = models.DateField(_("deputy's last day"), null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        ordering = ["user_id", "valid_from", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "agency", "role", "valid_from"], name="post_begins_once_on_a_day"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="post_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(deputy=None) | Q(deputy_from__isnull=False), name="deputy_begins_on_a_day"
            ),
            models.CheckConstraint(condition=Q(deputy=None) | ~Q(deputy=F("user")), name="deputy_is_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.agency}"


class Party(models.Model):
    """A person or an organisation that the city deals with (công dân, tổ chức).

    The national id and the birth date are sealed under the party's own data key; the keyed hash beside
    them finds the party again. Erasure destroys the key and empties the rest.
    """

    public_id = models.CharField(_("public id"), max_length=32, unique=True)
    kind = models.CharField(
        _("kind"), max_length=12, choices=[("person", _("person")), ("organisation", _("organisation"))]
    )
    name = models.CharField(_("name"), max_length=160, blank=True)
    folded = models.CharField(_("name without accents"), max_length=160, blank=True)
    sealed_national_id = models.BinaryField(_("national id, sealed"), null=True)
    sealed_birth_date = models.BinaryField(_("birth date, sealed"), null=True)
    national_id_hash = models.CharField(_("keyed hash of the national id"), max_length=64, blank=True)
    national_id_shown = models.CharField(_("national id as shown"), max_length=16, blank=True)
    created_at = models.DateTimeField(_("created at"))
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints = [
            models.UniqueConstraint(
                fields=["national_id_hash"], condition=~Q(national_id_hash=""), name="party_is_known_by_its_national_id"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.public_id


class ApiToken(models.Model):
    """A system's key to the API (mã truy cập): only its keyed hash is kept."""

    name = models.CharField(_("name"), max_length=80)
    user = models.OneToOneField(User, verbose_name=_("acts as"), on_delete=models.PROTECT, related_name="token")
    agency = models.ForeignKey(Agency, verbose_name=_("agency"), on_delete=models.PROTECT, related_name="tokens")
    powers = models.JSONField(_("powers"), default=list)
    hashed = models.CharField(_("keyed hash"), max_length=64, unique=True)
    created_by = models.ForeignKey(
        User, verbose_name=_("issued by"), null=True, blank=True, on_delete=models.PROTECT, related_name="issued_tokens"
    )
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A one-time link by which an invited person chooses a password (lời mời)."""

    user = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="invitations")
    hashed = models.CharField(_("keyed hash"), max_length=64, unique=True)
    created_by = models.ForeignKey(
        User, verbose_name=_("invited by"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return str(self.user)


class Identity(models.Model):
    """Somebody as an issuer knows them (định danh điện tử): VNeID, or a phone number. Only a keyed hash is kept."""

    user = models.ForeignKey(User, verbose_name=_("account"), on_delete=models.CASCADE, related_name="identities")
    party = models.ForeignKey(
        Party, verbose_name=_("party"), null=True, blank=True, on_delete=models.PROTECT, related_name="identities"
    )
    issuer = models.CharField(_("issuer"), max_length=200)
    subject_hash = models.CharField(_("keyed hash of the subject"), max_length=64)
    created_at = models.DateTimeField(_("created at"))

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject_hash"], name="identity_belongs_to_one_account")
        ]

    def __str__(self) -> str:
        return f"{self.issuer} · {self.user_id}"


class PhoneCode(models.Model):
    """A code on its way to a phone (mã qua điện thoại): neither number nor code is kept in clear."""

    public_id = models.CharField(_("public id"), max_length=64, unique=True)
    sealed_phone = models.BinaryField(_("number, sealed"))
    shown = models.CharField(_("shown as"), max_length=16)
    code_hash = models.CharField(_("keyed hash of the code"), max_length=64)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"), db_index=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("phone code")
        verbose_name_plural = _("phone codes")

    def __str__(self) -> str:
        return self.shown


class Representation(models.Model):
    """Whom somebody represents by law (đại diện): a parent a child, an owner a firm; as a source confirmed it."""

    holder = models.ForeignKey(
        Party, verbose_name=_("who acts"), on_delete=models.PROTECT, related_name="representations"
    )
    represented = models.ForeignKey(
        Party, verbose_name=_("for whom"), on_delete=models.PROTECT, related_name="represented_by"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=[("parent", _("parent")), ("owner", _("owner"))])
    source = models.CharField(_("confirmed by"), max_length=60)
    confirmed_at = models.DateTimeField(_("confirmed at"))
    valid_to = models.DateField(_("last day"))

    class Meta:
        verbose_name = _("representation")
        verbose_name_plural = _("representations")
        constraints = [
            models.UniqueConstraint(fields=["holder", "represented", "kind"], name="representation_is_kept_once"),
            models.CheckConstraint(condition=~Q(holder=F("represented")), name="nobody_represents_themselves"),
        ]

    def __str__(self) -> str:
        return f"{self.holder_id} → {self.represented_id}"


class Delegation(models.Model):
    """What a firm lets a named person do for it, within limits, until a day (ủy quyền)."""

    firm = models.ForeignKey(Party, verbose_name=_("firm"), on_delete=models.PROTECT, related_name="delegations")
    holder = models.ForeignKey(
        Party, verbose_name=_("who acts"), on_delete=models.PROTECT, related_name="delegations_held"
    )
    limits = models.JSONField(_("may do"), default=list)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("last day"))
    given_by = models.ForeignKey(User, verbose_name=_("given by"), on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "holder"], condition=Q(revoked_at=None), name="delegation_is_given_once"
            ),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="delegation_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(firm=F("holder")), name="firm_delegates_to_somebody_else"),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} → {self.holder_id}"


class AccessToken(models.Model):
    """A short-lived token that a system got for its API token (OAuth 2): only its keyed hash is kept."""

    token = models.ForeignKey(ApiToken, verbose_name=_("API token"), on_delete=models.CASCADE, related_name="short")
    hashed = models.CharField(_("keyed hash"), max_length=64, unique=True)
    powers = models.JSONField(_("powers"), default=list)
    created_at = models.DateTimeField(_("created at"))
    expires_at = models.DateTimeField(_("expires at"), db_index=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return f"{self.token_id} until {self.expires_at:%H:%M}"


class Restriction(models.Model):
    """That somebody's data may only be kept for now, not used (hạn chế xử lý), as the person asked and an agency decided.

    The scope names what is held as the person's own page does: "party:..." or "dataset:social_allowance".
    """

    party = models.ForeignKey(Party, verbose_name=_("party"), on_delete=models.PROTECT, related_name="restrictions")
    person = models.CharField(_("keyed hash of the person"), max_length=64)
    scope = models.CharField(_("what is restricted"), max_length=160)
    agency = models.CharField(_("agency that decided"), max_length=40)
    ground = models.CharField(_("ground"), max_length=300)
    since = models.DateTimeField(_("since"))
    decided_by = models.ForeignKey(User, verbose_name=_("decided by"), on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        indexes = [models.Index(fields=["scope", "person"], name="restriction_by_scope")]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "scope"], condition=Q(lifted_at=None), name="restriction_is_in_force_once"
            ),
        ]

    def __str__(self) -> str:
        return self.scope
