"""Telling people what became of a dossier, at once: its applicant in her language, and the office whose turn it is.

A bell for whoever is signed in, a text message, or a mail where there is no phone. Each is sent under the key of the
journal's entry, so that an entry handed over twice tells nobody twice.
"""

from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import gettext_noop

from huong.base import clock
from huong.base.errors import BadInput
from huong.journal.models import Entry
from huong.messages import actions as messages
from huong.messages.ports import adapters
from huong.people import queries as people
from huong.people import rules as spellings
from huong.procedures import events
from huong.procedures.models import Action, Correction, Disruption, Dossier, Result
from huong.procedures.queries.catalogue import procedure_name, state_name
from huong.procedures.queries.contacts import contact_of
from huong.procedures.queries.results import name_of
from huong.procedures.rules.stories import TOLD

VERBS = {name: verb for verb, name in events.BY_VERB.items()}
TO_OFFICE = {"submit", "supply", "pay", "hand_over", "undo", "return_for_work"}
TO_LEADER = {"propose"}
EVENTS = tuple(events.BY_VERB[verb] for verb in sorted(TOLD | TO_OFFICE | TO_LEADER))
CHANGED = gettext_noop("%(code)s: “%(name)s” has news.")
CAME = gettext_noop("%(code)s needs you: “%(name)s”.")
TO_SIGN = gettext_noop("%(code)s waits for your signature: “%(name)s”.")
DISRUPTED = gettext_noop("%(name)s: offices could not work. The day for dossier %(code)s is now %(day)s.")
CORRECTED = gettext_noop("The data that you said were wrong have been corrected.")
LEFT = gettext_noop("The data that you said were wrong were looked at and kept. Read why.")
REVOKED = gettext_noop("A paper of yours was revoked: “%(name)s”.")


@dataclass(frozen=True)
class _News:
    """One thing to tell of a dossier."""

    dossier: Dossier
    action: Action
    entry: int

    @property
    def short(self) -> str:
        """Return what people call the dossier."""
        return self.dossier.code or self.dossier.uid[:8]


def tell_entries(entries: list[Entry]) -> None:
    """Tell of entries as they come; nobody is told of history taken over."""
    for entry in entries:
        if not entry.data.get("past"):
            _tell(entry)


def _tell(entry: Entry) -> None:
    uid, verb = entry.subject.removeprefix("dossier:"), VERBS.get(entry.name, "")
    action = Action.objects.filter(dossier__uid=uid, number=entry.data.get("number", 0)).select_related("by").first()
    if action is None:
        return
    dossier = Dossier.objects.select_related("applicant", "assignee", "filed_by").get(pk=action.dossier_id)
    news = _News(dossier, action, entry.pk)
    if verb in TOLD and action.is_public:
        _tell_applicant(news)
    if verb in TO_OFFICE | TO_LEADER:
        _tell_office(news, leaders=verb in TO_LEADER)


def _tell_applicant(news: _News) -> None:
    dossier = news.dossier
    users = {user.pk for user in people.accounts_of(dossier.applicant.public_id)}
    if dossier.filed_by_id and news.action.who != "citizen":
        users.add(dossier.filed_by_id)
    with translation.override(dossier.lang):
        arguments: dict[str, str | int | float] = {"code": news.short, "name": procedure_name(dossier.procedure)}
        context = _context(news)
    for user_id in users - {news.action.by_id}:
        messages.bell(
            user_id,
            CHANGED,
            f"/my/dossiers/{dossier.uid}",
            "dossiers",
            arguments=arguments,
            key=f"procedures:{news.entry}",
        )
    if news.action.who != "citizen":
        _write(dossier, "dossier_changed", context, f"procedures:{news.entry}")


def tell_correction(case: Correction, *, corrected: bool) -> None:
    """Tell an applicant what became of what she said is wrong: a bell, and a letter where there is no account.

    The caller holds the transaction in which it is decided; each is sent once.
    """
    dossier = case.dossier
    users = {user.pk for user in people.accounts_of(case.party.public_id)}
    if dossier.filed_by_id and dossier.channel == "online":
        users.add(dossier.filed_by_id)
    key = f"correction:{case.uid}"
    for user_id in users:
        messages.bell(
            user_id, CORRECTED if corrected else LEFT, f"/procedures/dossiers/{dossier.uid}/", "dossier", key=key
        )
    with translation.override(dossier.lang):
        name = procedure_name(dossier.procedure)
    code = dossier.code or dossier.uid[:8]
    _write(dossier, "correction_decided", {"corrected": corrected, "code": code, "name": name}, key)


def tell_disrupted(dossier: Dossier, disruption: Disruption) -> None:
    """Tell an applicant that offices could not work, and the day that holds now: a bell, and a letter as she chose.

    The caller holds the transaction in which it is written down that she was told; each is sent once.
    """
    with translation.override(dossier.lang):
        name = (disruption.name_en if dossier.lang == "en" else "") or disruption.name
        due = formats.date_format(clock.local(dossier.due_at), "d/m/Y") if dossier.due_at else "–"
    key = f"disruption:{disruption.key}:{dossier.uid}"
    users = {user.pk for user in people.accounts_of(dossier.applicant.public_id)}
    if dossier.filed_by_id and dossier.channel == "online":
        users.add(dossier.filed_by_id)
    arguments: dict[str, str | int | float] = {"name": name, "code": dossier.code, "day": due}
    for user_id in users:
        messages.bell(user_id, DISRUPTED, f"/my/dossiers/{dossier.uid}", "procedures", arguments=arguments, key=key)
    context: dict[str, object] = {
        **arguments,
        "legal": disruption.legal_text,
        "lasts": disruption.ends_at is None and not dossier.runs,
        "url": f"{settings.PUBLIC_URL}/procedures/lookup",
    }
    _write(dossier, "dossier_disrupted", context, key)


def _write(dossier: Dossier, template: str, context: dict[str, object], key: str) -> None:
    """Send one letter: a text message where there is a phone and a gateway, else a mail."""
    contact = contact_of(dossier)
    phone, texts = spellings.phone(contact["phone"]), settings.HUONG.sms_url or settings.HUONG.sandbox_url
    with suppress(BadInput):  # what was typed as an address at a counter may be none: then the bell is all there is
        if phone and texts and "sms" in adapters:
            messages.send(messages.Address("sms", phone, dossier.lang), template, context, f"{key}:sms")
        elif "@" in contact["mail"]:
            messages.send(messages.Address("mail", contact["mail"], dossier.lang), template, context, f"{key}:mail")


def _context(news: _News) -> dict[str, object]:
    dossier, action = news.dossier, news.action
    agency = people.agency(action.to_agency or dossier.agency)
    due = action.due_at
    return {
        "code": news.short,
        "name": procedure_name(dossier.procedure),
        "state": state_name(action.to_state, dossier.edition_id),
        "agency": agency.name_en if dossier.lang == "en" else agency.name,
        "person": str(dossier.assignee or action.by or "") if action.who == "officer" else "",
        "at": formats.date_format(clock.local(action.at), "H:i d/m/Y"),
        "due": formats.date_format(clock.local(due), "H:i d/m/Y") if due and dossier.is_open else "",
        "url": f"{settings.PUBLIC_URL}/procedures/lookup",
    }


def _tell_office(news: _News, *, leaders: bool) -> None:
    dossier = news.dossier
    if leaders:
        chosen = [user.pk for user in people.holders(dossier.agency, "leader")]
    else:
        chosen = [dossier.assignee_id] if dossier.assignee_id else [user.pk for user in people.holders(dossier.agency)]
    arguments: dict[str, str | int | float] = {"code": news.short, "name": procedure_name(dossier.procedure)}
    url = "/desk/dossiers/signing/" if leaders else f"/desk/dossiers/{dossier.uid}"
    for user_id in chosen:
        if user_id != news.action.by_id:
            messages.bell(
                user_id, TO_SIGN if leaders else CAME, url, "dossiers", arguments=arguments,
                key=f"procedures:{news.entry}:office",
            )  # fmt: skip


def tell_revoked(entries: list[Entry]) -> None:
    """Tell the holder of a result that it was revoked."""
    for entry in entries:
        code = entry.subject.removeprefix("result:")
        result = Result.objects.filter(verify_code=code).select_related("dossier", "party").first()
        if result is None:
            continue
        with translation.override(result.dossier.lang):
            name = name_of(result)
        for user in people.accounts_of(result.party.public_id):
            messages.bell(
                user.pk, REVOKED, "/my/papers/", "dossiers", arguments={"name": name}, key=f"procedures:{entry.pk}"
            )
        context: dict[str, object] = {
            "name": name,
            "number": result.number,
            "url": f"{settings.PUBLIC_URL}/verify/{code}",
        }
        _write(result.dossier, "result_revoked", context, f"procedures:{entry.pk}")
