"""The sandbox: national registers, a VNeID-like sign-in, a payment provider and the national portal, all invented.

It runs as a process of its own (`huong sandbox`), with its own keys and folder, and knows nothing of Django: what
it says must not depend on the code it is there to try.
"""
