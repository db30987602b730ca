"""The nouns of field reports."""

from huong.reports.models.cities import Peer, PeerErrand, PeerNews, PeerRequest, PeerService
from huong.reports.models.city import CityRule, RuleEdition
from huong.reports.models.conversations import Correspondent, Letter, Line, Mailbox, Messenger
from huong.reports.models.desk import Bulk, BulkItem, SavedFilter
from huong.reports.models.learning import Guess, TextModel
from huong.reports.models.peers import PeerUpdate, TrialRequest, TrialUpdate
from huong.reports.models.people import Follow, Rating, Reporter
from huong.reports.models.report import Hop, Message, Report, ReportPhoto, ReportWords, Sending
from huong.reports.models.taken import TakenAlong, TakenMove

__all__ = [
    "Bulk",
    "BulkItem",
    "CityRule",
    "Correspondent",
    "Follow",
    "Guess",
    "Hop",
    "Letter",
    "Line",
    "Mailbox",
    "Message",
    "Messenger",
    "Peer",
    "PeerErrand",
    "PeerNews",
    "PeerRequest",
    "PeerService",
    "PeerUpdate",
    "Rating",
    "Report",
    "ReportPhoto",
    "ReportWords",
    "Reporter",
    "RuleEdition",
    "SavedFilter",
    "Sending",
    "TakenAlong",
    "TakenMove",
    "TextModel",
    "TrialRequest",
    "TrialUpdate",
]
