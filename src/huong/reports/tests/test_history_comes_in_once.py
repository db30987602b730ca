"""History of another system: rows of a dataset become reports with their events, each once, late where it was late."""

import csv
import gzip
import os
from pathlib import Path

import pytest

from huong.catalogue import actions as catalogue
from huong.intake import actions as intake
from huong.journal import queries as journal
from huong.reports.actions.importing import Reading, import_dataset
from huong.reports.models import Message, Report
from huong.reports.queries import is_late

CONTRACT = Path(__file__).resolve().parents[4] / "examples" / "contracts" / "boston_311.yaml"
BOSTON = os.environ.get("HUONG_TEST_BOSTON", "")
COLUMNS = (
    "case_enquiry_id", "open_dt", "target_dt", "closed_dt", "ontime", "case_status", "closure_reason", "case_title",
    "subject", "reason", "type", "queue", "department", "submittedphoto", "closedphoto", "location_zipcode", "latitude",
    "longitude", "source",
)  # fmt: skip


def row(number: int, target: str, closed: str, label: str) -> list[str]:
    return [
        f"{number:012d}", "2011-07-01 01:32:33", target, closed, label, "Closed" if closed else "Open",
        "Replaced fuse" if closed else "", "Street Light Outages", "Public Works", "Street Lights", "Street Light Outages",
        "PWDx", "PWDx", "", "", "02131", "42.2715", "-71.0772", "Self Service",
    ]  # fmt: skip


@pytest.fixture
def boston(rules, tmp_path):
    """Return a function that loads rows as the dataset of the example contract."""
    document = CONTRACT.read_text(encoding="utf-8")
    catalogue.add(document, by=None)

    def load(*rows: list[str]) -> None:
        file = tmp_path / f"boston-{len(rows)}-{len(list(tmp_path.iterdir()))}.csv"
        with file.open("w", newline="") as out:
            csv.writer(out).writerows([COLUMNS, *rows])
        assert intake.load_file("boston_311", file, by=None).refused == 0

    return load


def test_rows_become_reports_with_their_events_once_and_end_when_the_other_system_ends_them(boston):
    on_time = row(1, "2011-07-15 01:32:32", "2011-07-01 05:06:58", "ONTIME")
    late = row(2, "2011-07-02 01:32:32", "2011-07-05 05:06:58", "OVERDUE")
    waiting = row(3, "2011-07-02 01:32:32", "", "OVERDUE")
    boston(on_time, late, waiting)
    done = import_dataset("boston_311", Reading(), by=None)
    assert (done.rows, done.new, done.on_time, done.late, done.contradictions) == (3, 3, 1, 1, 0)
    first, second, third = Report.objects.order_by("id")
    assert [is_late(first), is_late(second)] == [False, True]
    assert [entry.name for entry in journal.entries_about(first.number)] == ["reports.answered", "reports.imported"]
    assert journal.entries_about(first.number)[0].at == first.closed_at
    assert Message.objects.get(report=first, kind="answer").text == "Replaced fuse"
    assert not Report.objects.filter(is_public=True).exists()

    again = import_dataset("boston_311", Reading(), by=None)
    assert (again.new, again.ended, Report.objects.count()) == (0, 0, 3)

    boston(on_time, late, row(3, "2011-07-02 01:32:32", "2011-08-01 10:00:00", "OVERDUE"))
    later = import_dataset("boston_311", Reading(), by=None)
    assert (later.new, later.ended) == (0, 1)
    third.refresh_from_db()
    assert (third.state, third.is_open) == ("answered", False)
    assert len(journal.entries_about(third.number)) == 2


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.skipif(
    not BOSTON, reason="HUONG_TEST_BOSTON does not name the file of Boston's reports of 2011 (58,251 rows)."
)
def test_every_case_of_boston_comes_in_and_is_late_where_the_file_says_so(rules, tmp_path):
    file = tmp_path / "boston.csv"
    file.write_bytes(gzip.decompress(Path(BOSTON).read_bytes()))
    catalogue.add(CONTRACT.read_text(encoding="utf-8"), by=None)
    intake.load_file("boston_311", file, by=None)
    done = import_dataset("boston_311", Reading(), by=None)
    assert (done.rows, done.new) == (58_251, 58_251)
    assert (done.agreed_on_time, done.agreed_late, done.contradictions) == (35_591, 8_073, 0)
