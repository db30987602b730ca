"""The nouns of field reports."""

from huong.reports.models.city import CityRule, RuleEdition
from huong.reports.models.desk import Bulk, BulkItem, SavedFilter
from huong.reports.models.learning import Guess, TextModel
from huong.reports.models.peers import PeerUpdate, TrialRequest, TrialUpdate
from huong.reports.models.people import Follow, Rating, Reporter
from huong.reports.models.report import Hop, Message, Report, ReportPhoto, ReportWords, Sending

__all__ = [
    "Bulk",
    "BulkItem",
    "CityRule",
    "Follow",
    "Guess",
    "Hop",
    "Message",
    "PeerUpdate",
    "Rating",
    "Report",
    "ReportPhoto",
    "ReportWords",
    "Reporter",
    "RuleEdition",
    "SavedFilter",
    "Sending",
    "TextModel",
    "TrialRequest",
    "TrialUpdate",
]
