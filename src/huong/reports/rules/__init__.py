"""The rules of field reports: pure functions over plain values."""
