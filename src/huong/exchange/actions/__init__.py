"""The verbs of the exchange, by noun: members, services, grants, consents, exchanges, questions."""
