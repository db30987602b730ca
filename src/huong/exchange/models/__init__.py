"""The nouns of the exchange: members and keys, services, grants, consents, exchanges, who saw what, questions, shares."""

from huong.exchange.models.exchanges import AccessRecord, Exchange, Line, RegisterCopy
from huong.exchange.models.members import Consent, DataService, Edition, Grant, Member, MemberKey, Purpose
from huong.exchange.models.persons import FactShare, PersonPlace, Question, RegisterCheck

__all__ = [
    "AccessRecord",
    "Consent",
    "DataService",
    "Edition",
    "Exchange",
    "FactShare",
    "Grant",
    "Line",
    "Member",
    "MemberKey",
    "PersonPlace",
    "Purpose",
    "Question",
    "RegisterCheck",
    "RegisterCopy",
]
