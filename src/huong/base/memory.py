"""When a process looks through its memory for what nobody needs any longer.

What a process reads to begin with lasts as long as it does: looking through it again and again while it grows
costs an eighth of the time of starting, and later each look takes longer for it. Source: Python, `gc.freeze`.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def beginning() -> Iterator[None]:
    """Do not look through memory meanwhile, and never again through what stands in it afterwards."""
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()
