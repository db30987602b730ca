"""The national registers, asked over the exchange: typed answers that say when and where they were fetched."""

from huong.exchange.registers.asking import Asker, Fetched
from huong.exchange.registers.beside import SideBySide
from huong.exchange.registers.kinds import (
    Birth,
    Children,
    Firm,
    Firms,
    Household,
    Insurance,
    Marriage,
    Parcel,
    Parcels,
    Person,
    ask,
    kept,
)

__all__ = [
    "Asker",
    "Birth",
    "Children",
    "Fetched",
    "Firm",
    "Firms",
    "Household",
    "Insurance",
    "Marriage",
    "Parcel",
    "Parcels",
    "Person",
    "SideBySide",
    "ask",
    "kept",
]
