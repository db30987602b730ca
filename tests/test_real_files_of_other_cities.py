"""Two real files go in as a department would bring them: 311 cases of Boston (CSV) and of New York (Parquet).

The files are not part of the source. Name the folder that holds them in TEST_DATA; without it the tests are skipped.
"""

import csv
import gzip
import os
from pathlib import Path

import pytest

from huong.config import ROOT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
FOLDER = Path(os.environ.get("TEST_DATA") or ROOT.parent / "shared" / "data" / "reports")
BOSTON, NEW_YORK = "boston_311_2011H2.csv.gz", "nyc_311_elevator_requests.parquet"
CASES = 58_251


@pytest.fixture
def bring(hue):
    """Return a function that adds a contract of the examples and gives the real file, or skips in a sentence."""
    from huong.catalogue import actions
    from huong.people.actions import agencies

    def bring(contract, name):
        if not (FOLDER / name).exists():
            pytest.skip(f"{name} is not here: name its folder in TEST_DATA")
        agencies.load(hue)
        actions.add((ROOT / "examples" / "contracts" / f"{contract}.yaml").read_text(), by=None)
        return FOLDER / name

    return bring


def empty_share(commit_scores, field):
    """Return which share of the rows has nothing in a field."""
    found = next(score for score in commit_scores if score.criterion == "complete")
    return found.detail["empty"][field] / found.detail["received"]


def corrected(file, to, count):
    """Write the first cases of a file as they look after their desk closed them anew; return how many."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as source, to.open("w", encoding="utf-8") as out:
        cases = csv.DictReader(source)
        writer = csv.DictWriter(out, cases.fieldnames)
        writer.writeheader()
        for _number, case in zip(range(count), cases, strict=False):
            case["closed_dt"] = "2012-03-01 10:00:00"
            case["case_status"] = "Closed"
            case["closure_reason"] = "Case Closed. Looked at again."
            writer.writerow(case)


def test_boston_goes_in_whole_is_corrected_by_500_cases_and_the_same_file_changes_nothing(bring, tmp_path):
    from huong.intake import actions
    from huong.quality.models import Score
    from huong.store import queries as store

    file = bring("boston_311", BOSTON)
    load = actions.load_file("boston_311", file)
    assert (load.read, load.accepted, load.refused) == (CASES, CASES, 0)
    scores = list(Score.objects.filter(dataset="boston_311", commit=1))
    assert round(empty_share(scores, "target_at"), 2) == 0.19
    assert round(empty_share(scores, "closed_at"), 2) == 0.06
    assert empty_share(scores, "on_time") * CASES == 158
    assert empty_share(scores, "submitted_photo") == 1.0
    assert empty_share(scores, "closed_photo") > 0.999
    corrected(file, tmp_path / "corrected.csv", 500)
    actions.load_file("boston_311", tmp_path / "corrected.csv")
    commit = store.current("boston_311")
    assert (commit.version, commit.updated, commit.added, commit.deleted, commit.rows) == (2, 500, 0, 0, CASES)
    again = actions.load_file("boston_311", tmp_path / "corrected.csv")
    assert (again.repeated, store.current("boston_311").version) == (True, 2)


def test_new_york_goes_in_with_its_own_types_and_twelve_impossible_lots_wait(bring):
    from huong.intake import actions, queries
    from huong.quality import queries as quality
    from huong.store import queries as store

    file = bring("nyc_311_elevators", NEW_YORK)
    load = actions.load_file("nyc_311_elevators", file)
    assert (load.read, load.accepted, load.refused, load.flagged) == (22_504, 22_492, 12, 595)
    assert [(rule, rows) for rule, _said, rows in queries.waiting_by_rule("nyc_311_elevators")] == [("lot.pattern", 12)]
    assert store.current("nyc_311_elevators").rows == 22_492
    values = quality.latest("nyc_311_elevators").values
    assert values["complete"] == min(values.values()) < 0.9
    assert actions.load_file("nyc_311_elevators", file).repeated
