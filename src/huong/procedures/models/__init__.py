"""The nouns of procedures."""

from huong.procedures.models.catalogue import CatalogueEdition, Gloss, LifeEvent, Procedure, ProcedureVersion
from huong.procedures.models.dossier import (
    Action,
    Bundle,
    Component,
    DayNumber,
    Dossier,
    Filing,
    MovedDay,
    PaperPage,
    Question,
)
from huong.procedures.models.evidence import Correction, Evidence, ExplicitRequest, Result, Share
from huong.procedures.models.office import (
    BlankForm,
    Consultation,
    Disruption,
    DisruptionTold,
    HelperPass,
    KeptFigures,
    Payment,
    PortalUpdate,
    Rating,
)

__all__ = [
    "Action",
    "BlankForm",
    "Bundle",
    "CatalogueEdition",
    "Component",
    "Consultation",
    "Correction",
    "DayNumber",
    "Disruption",
    "DisruptionTold",
    "Dossier",
    "Evidence",
    "ExplicitRequest",
    "Filing",
    "Gloss",
    "HelperPass",
    "KeptFigures",
    "LifeEvent",
    "MovedDay",
    "PaperPage",
    "Payment",
    "PortalUpdate",
    "Procedure",
    "ProcedureVersion",
    "Question",
    "Rating",
    "Result",
    "Share",
]
