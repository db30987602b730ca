"""The tests' small cast: two departments, one ward, and people with and without posts in them.

`cast.py` makes them through the verbs; `fixtures.py` is a pytest plug-in, named in the root's `conftest.py`. `house.py`
runs the platform's processes, in a home and a database of their own. Only tests and benches import this package.
"""
