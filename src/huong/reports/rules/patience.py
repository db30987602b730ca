"""How long to wait for another system: after a failure, and when it should be left in peace. Pure."""

from datetime import timedelta

ATTEMPTS = 8
FAILURES = 5
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720))
LONGEST = _WAITS[-1]
_RESTS = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 15, 30))


def wait_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many failed attempts; None when it is given up (after about a day).

    >>> wait_after(1), wait_after(8)
    (datetime.timedelta(seconds=60), None)
    """
    return _WAITS[attempts - 1] if attempts < ATTEMPTS else None


def rest_after(failures: int) -> timedelta | None:
    """Return how long a system rests after so many failures in a row; None while it need not.

    >>> rest_after(4), rest_after(5), rest_after(50)
    (None, datetime.timedelta(seconds=120), datetime.timedelta(seconds=1800))
    """
    if failures < FAILURES:
        return None
    return _RESTS[min(failures - FAILURES, len(_RESTS) - 1)]
