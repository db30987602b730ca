"""Who is told what about grants and questions: the owner's stewards, the consumer's officers."""

from django.utils.translation import gettext_noop

from huong.exchange.models import Grant, Question
from huong.messages import actions as messages
from huong.messages import queries as contacts
from huong.people import queries as people

PAGE = "/desk/exchange/grants/"
ASKED = gettext_noop("%(consumer)s asks for data of %(service)s. Please decide within two working days.")
QUESTION = gettext_noop("A citizen asks why their data were seen. Please answer by %(due)s.")
REQUEST = gettext_noop("A citizen asks to have their data corrected, restricted or erased. Please decide by %(due)s.")
TOLD = {
    "": gettext_noop("Your question about your data was answered."),
    "done": gettext_noop("What you asked about your data was carried out."),
    "refused": gettext_noop("What you asked about your data was not carried out. Open it to read the ground."),
}
LETTER = "data_request_answered"
DECISIONS = {
    "granted": gettext_noop("Your request %(number)s was granted: %(service)s."),
    "refused": gettext_noop("Your request %(number)s was not granted. Open it to read the reasons."),
    "suspended": gettext_noop("Your grant %(number)s is or will be suspended. Open it to read why."),
}


def to_owner(grant: Grant) -> None:
    """Tell those who decide for the service's agency that somebody asks."""
    facts = {"consumer": grant.consumer.name, "service": grant.service.title}
    for person in people.holders(grant.service.member.agency, "steward"):
        messages.bell(
            person.id, ASKED, PAGE + grant.number, "exchange", arguments=facts, key=f"grant:{grant.number}:asked"
        )


def to_consumer(grant: Grant, kind: str) -> None:
    """Tell the consumer's side what was decided: whoever asked, and its stewards.

    Args:
        kind: "granted", "refused" or "suspended".
    """
    told = {person.id for person in people.holders(grant.consumer.agency, "steward")}
    if grant.asked_by is not None:
        told.add(grant.asked_by)
    facts = {"number": grant.number, "service": grant.service.title}
    for user_id in sorted(told):
        messages.bell(user_id, DECISIONS[kind], PAGE + grant.number, "exchange", arguments=facts)


def of_question(question: Question, agency: str) -> None:
    """Tell the agency that a person asks why, or for something to be done."""
    for person in people.holders(agency):
        messages.bell(
            person.id,
            QUESTION if question.kind == "why" else REQUEST,
            "/desk/exchange/questions/",
            "exchange",
            arguments={"due": f"{question.due_at:%d/%m/%Y}"},
            key=f"question:{question.number}",
        )


def to_person(question: Question) -> None:
    """Tell the person what became of their question, on the bell of each of their accounts."""
    page = "/my/access" if question.kind == "why" else "/my/data"
    key = f"question:{question.number}:answered"
    for account in people.accounts_of(question.party):
        messages.bell(account.id, TOLD[question.outcome], page, "exchange", key=key)


def letters_of(party: str) -> list[messages.Address]:
    """Return where a person can be reached, read before they are erased."""
    points = [each for account in people.accounts_of(party) for each in contacts.contact_points_of(account)]
    return [messages.address_of(each) for each in points]


def send(letters: list[messages.Address], question: Question) -> None:
    """Send the outcome by letter, where the person has no page here any more."""
    for number, address in enumerate(letters):
        messages.send(address, LETTER, {"answer": question.answer}, f"question:{question.number}:{number}")
