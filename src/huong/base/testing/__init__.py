"""The tests' small cast: two departments, one ward, and people with and without posts in them.

`house.py` runs the platform's processes for them, in a home and a database of their own. `cast.py` makes them through the verbs; `fixtures.py` is a pytest plug-in, named in the root's `conftest.py`. Only
tests import this package.
"""
