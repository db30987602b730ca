"""What quality records in the journal."""

from huong.journal import events

events.declare("quality.rescored", ("criterion",), "Live and shared of a dataset were judged again without a commit.")
