"""The provider's edge: what a request of another node or of an own system passes, step by step."""
