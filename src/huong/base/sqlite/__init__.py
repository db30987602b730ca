"""SQLite as a database of Django's, with writers that take turns."""
