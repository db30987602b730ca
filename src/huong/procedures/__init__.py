"""Procedures on shared data: dossiers, their clocks, their papers."""
