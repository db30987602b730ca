"""Django's PostgreSQL, with one thing made cheaper: how a kept connection is looked at before it is used again."""
