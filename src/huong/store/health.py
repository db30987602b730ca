"""Whether the store can work: its place can be written to, and nothing waits to be finished for long."""

import os
from datetime import timedelta

from huong.base import clock
from huong.base.readiness import Check
from huong.store.models import Commit, ServingCopy, Table
from huong.store.storage import Folder, storage

PATIENCE = timedelta(hours=1)


def check() -> Check:
    """Say whether commits can be written, how many wait too long, and how many copies are behind."""
    place = storage()
    if isinstance(place, Folder):
        place.root.mkdir(parents=True, exist_ok=True)
        if not os.access(place.root, os.W_OK):
            return Check(False, "the store's folder cannot be written to")
    stuck = Commit.objects.filter(state="written", begun_at__lt=clock.now() - PATIENCE).count()
    tables = Table.objects.filter(current__isnull=False).count()
    served = ServingCopy.objects.count()
    detail = f"{tables} datasets, {served} served, {stuck} commits waiting"
    return Check(True, detail, warning=stuck > 0)
