"""What a contract is and when it holds. Pure: no database, no network, no clock."""

from huong.catalogue.rules.fields import MAX_BITS, Check, FieldSpec, Limits, Reference, RuleSpec
from huong.catalogue.rules.spec import CLASSIFICATIONS, DOMAINS, ContractSpec, Sharing

__all__ = [
    "CLASSIFICATIONS",
    "DOMAINS",
    "MAX_BITS",
    "Check",
    "ContractSpec",
    "FieldSpec",
    "Limits",
    "Reference",
    "RuleSpec",
    "Sharing",
]
