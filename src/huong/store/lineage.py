"""Which batches the present content of a dataset consists of, over rollbacks."""

from huong.store.models import Commit
from huong.store.rules import batches_held


def holds(commit: Commit) -> bool:
    """Return whether a published commit still counts in what readers see, or was taken out by a rollback."""
    history = Commit.objects.filter(dataset=commit.dataset, state="published").order_by("version")
    facts = [
        (row["version"] or 0, row["mode"], row["batch"])
        for row in history.values("version", "mode", "batch").iterator()
    ]
    return commit.batch in batches_held(facts)
