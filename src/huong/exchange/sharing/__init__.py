"""Sharing a verified fact with a third party: which facts there are, and the verbs."""
