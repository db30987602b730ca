"""Hương: the soft infrastructure of a city."""

__version__ = "0.1.0.dev0"
