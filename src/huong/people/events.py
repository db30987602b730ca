"""What the people package records."""

from huong.journal import events

INVITED = events.declare(
    "people.invited", {"expires": "until when the link works"}, "Somebody was invited; the subject is the user."
)
JOINED = events.declare("people.joined", {}, "An invited person chose a password.", unhandled=True)
SIGNED_IN = events.declare(
    "people.signed_in",
    {"way": "password, second factor, openid, phone or demonstration"},
    "Somebody signed in.",
    unhandled=True,
)
SIGN_IN_REFUSED = events.declare(
    "people.sign_in_refused", {"reason": "password, code or inactive"}, "A sign-in was refused.", unhandled=True
)
SIGNED_OUT = events.declare("people.signed_out", {}, "Somebody signed out.", unhandled=True)
SECOND_FACTOR_SET = events.declare("people.second_factor_set", {}, "Somebody set up a second factor.", unhandled=True)
RECOVERY_CODES_MADE = events.declare(
    "people.recovery_codes_made", {}, "Somebody made new recovery codes.", unhandled=True
)
SECOND_FACTOR_REMOVED = events.declare(
    "people.second_factor_removed",
    {},
    "An administrator removed a lost second factor; the subject is the user.",
    unhandled=True,
)
PASSWORD_CHANGED = events.declare("people.password_changed", {}, "Somebody changed their password.", unhandled=True)
PROFILE_CHANGED = events.declare("people.profile_changed", {}, "Somebody changed name or language.", unhandled=True)
CLOSED = events.declare("people.closed", {}, "An account was closed; it signs in no more.", unhandled=True)
APPOINTED = events.declare(
    "people.appointed", {"role": "the role", "user": "who", "until": "the last day, or empty"}, "A post was given."
)
POST_ENDED = events.declare("people.post_ended", {"role": "the role", "user": "who", "on": "last day"}, "A post ended.")
DEPUTISED = events.declare(
    "people.deputised",
    {"deputy": "who stands in", "since": "from", "until": "to, or empty"},
    "Somebody stands in for a post.",
    unhandled=True,
)
AGENCY_SUCCEEDED = events.declare(
    "people.agency_succeeded", {"heir": "the agency that goes on", "on": "last day of the old one"}, "An agency ended."
)
AGENCIES_LOADED = events.declare(
    "people.agencies_loaded",
    {"count": "how many", "digest": "of the file"},
    "The city's agencies were loaded.",
    unhandled=True,
)
TOKEN_ISSUED = events.declare(
    "people.token_issued", {"powers": "its powers", "expires": "until when"}, "A system got a token.", unhandled=True
)
TOKEN_REVOKED = events.declare("people.token_revoked", {}, "A token was revoked.", unhandled=True)
PARTY_REGISTERED = events.declare(
    "people.party_registered", {"kind": "person or organisation"}, "A party was registered.", unhandled=True
)
PARTY_ERASED = events.declare(
    "people.party_erased",
    {"things": "how many datasets, files or rows elsewhere held something about them"},
    "A party's personal data were erased; its key is gone.",
)
ACCESSED = events.declare(
    "people.accessed", {"fields": "which fields", "purpose": "for what"}, "Somebody read personal data."
)
IDENTITY_LINKED = events.declare(
    "people.identity_linked",
    {"issuer": "who vouches", "level": "assurance: 1 or 2"},
    "An account was joined to an identity of an issuer; the subject is the user.",
    unhandled=True,
)
PHONE_CODE_SENT = events.declare("people.phone_code_sent", {}, "A code was sent to a phone.", unhandled=True)
OPENID_REFUSED = events.declare(
    "people.openid_refused", {"reason": "the code of the refusal"}, "An OpenID answer was refused.", unhandled=True
)
REPRESENTS = events.declare(
    "people.represents",
    {"represented": "the party", "kind": "parent or owner", "source": "who confirmed it", "until": "last day"},
    "A source confirmed that a party represents another; the subject is the one who acts.",
    unhandled=True,
)
REPRESENTATION_ENDED = events.declare(
    "people.representation_ended",
    {"represented": "the party", "kind": "parent or owner"},
    "A source no longer confirms a representation.",
    unhandled=True,
)
DELEGATED = events.declare(
    "people.delegated",
    {"holder": "the party who acts", "limits": "what they may do", "until": "last day"},
    "A firm lets a named person act for it; the subject is the firm.",
    unhandled=True,
)
DELEGATION_REVOKED = events.declare(
    "people.delegation_revoked", {"holder": "the party who acted"}, "A delegation ended early.", unhandled=True
)
ACTS_FOR = events.declare(
    "people.acts_for",
    {"way": "parent, owner or delegate; empty for oneself again"},
    "Somebody began or ceased to act for a party; the subject is that party.",
    unhandled=True,
)
ACCESS_TOKEN_ISSUED = events.declare(
    "people.access_token_issued", {"powers": "its powers"}, "A system got a short-lived token.", unhandled=True
)
CLIENT_REFUSED = events.declare(
    "people.client_refused", {"reason": "the OAuth error"}, "A known system was refused a token.", unhandled=True
)
PARTY_CORRECTED = events.declare(
    "people.party_corrected", {"field": "which"}, "A fact kept about a party was corrected.", unhandled=True
)
RESTRICTED = events.declare(
    "people.restricted",
    {"scope": "what", "agency": "who decided"},
    "Data of a party may be kept but not used; the subject is the party.",
    unhandled=True,
)
RESTRICTION_LIFTED = events.declare(
    "people.restriction_lifted",
    {"scope": "what"},
    "A restriction was lifted; the subject is the party.",
    unhandled=True,
)
