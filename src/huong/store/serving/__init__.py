"""Serving copies: an indexed table per dataset, derived from one commit, for look-ups and row pages.

Disposable: whatever is lost here is made again from the commit. `building` makes and updates them,
`reading` answers from them, `sqlite` and `postgresql` are the two places where they lie.
"""
