"""The rules of procedures: pure functions over plain values."""
