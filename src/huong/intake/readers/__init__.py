"""Readers: from a file of any kind to a table of texts, in little memory."""
