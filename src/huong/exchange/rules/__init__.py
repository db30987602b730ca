"""Pure rules of the exchange: identifiers, heads, signature bases, grants, what remains of an answer."""
