"""`huong score [DATASET]`: the six criteria in the terminal."""

from typing import Any

from huong.base.commands import HuongCommand
from huong.catalogue import queries as catalogue
from huong.quality import queries, rules


class Command(HuongCommand):
    """Print the six criteria of one dataset, or of all."""

    help = "Print the six criteria of one dataset, or of all."

    def add_arguments(self, parser: Any) -> None:
        """Take the dataset."""
        parser.add_argument("dataset", nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print."""
        names = [options["dataset"]] if options["dataset"] else catalogue.dataset_names()
        if options["dataset"]:
            catalogue.dataset(options["dataset"])
        scores = queries.latest_of(names)
        facts = {name: scores.get(name, queries.Scores({})).values for name in names}
        lines = [self._line(name, shares) for name, shares in facts.items()]
        plain: dict[str, Any] = dict(facts[names[0]]) if options["dataset"] else {"datasets": facts}
        self.answer("\n".join(lines) or "No dataset yet.", as_json=options["as_json"], **plain)

    def _line(self, name: str, shares: dict[str, float | None]) -> str:
        worst, value, known = rules.headline(shares)
        figures = "  ".join(f"{key} {'?' if share is None else f'{share:.1%}'}" for key, share in shares.items())
        head = "not scored" if value is None else f"{worst} {value:.1%} ({known} of 6 known)"
        return f"{name}: {head}\n    {figures}"
