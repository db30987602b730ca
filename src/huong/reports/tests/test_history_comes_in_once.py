"""History of another system: rows of a dataset become reports with their events, each once, late where it was late."""

import csv
import gzip
import json
import os
import statistics
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation

from huong.base.errors import BadInput
from huong.catalogue import actions as catalogue
from huong.config import ROOT
from huong.intake import actions as intake
from huong.journal import queries as journal
from huong.reports.actions import past
from huong.reports.actions.importing import Reading, import_dataset
from huong.reports.models import Message, Report
from huong.reports.queries import is_late

CONTRACT = ROOT / "examples" / "contracts" / "boston_311.yaml"
FOLDER = Path(os.environ.get("TEST_DATA") or ROOT.parent / "shared" / "data" / "reports")
BOSTON = FOLDER / "boston_311_2011H2.csv.gz"
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


def test_a_mapping_says_which_column_and_which_kind_is_which(boston, tmp_path, capsys):
    boston(row(1, "2011-07-15 01:32:32", "2011-07-01 05:06:58", "ONTIME"))
    file = tmp_path / "mapping.yaml"
    file.write_text(
        "columns: {answer: subject}\ncategories: {Street Light Outages: chieu-sang.den-hong}\n", encoding="utf-8"
    )
    call_command("reports", "import", "boston_311", "--mapping", str(file), "--json")
    assert json.loads(capsys.readouterr().out)["new"] == 1
    report = Report.objects.get()
    assert report.category == "chieu-sang.den-hong"
    assert Message.objects.get(kind="answer").text == "Public Works"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns: [", "cannot be read"),
        ("- a", "columns"),
        ("columns: {received_at: nothing}", "nothing"),
        (None, "read"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_in_a_sentence(boston, tmp_path, text, said):
    boston(row(1, "", "", ""))
    file = tmp_path / "mapping.yaml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with translation.override("en"), pytest.raises(BadInput, match=said):
        call_command("reports", "import", "boston_311", "--mapping", str(file))
    assert not Report.objects.exists()


def test_no_transaction_of_an_import_holds_the_house_up(boston):
    """Law 3: at most 1,000 rows and 250 ms; on a busy machine the middle of the times is what counts."""
    boston(*(row(number, "2011-07-15 01:32:32", "2011-07-20 05:06:58", "OVERDUE") for number in range(1, 1201)))
    spent: list[float] = []
    rows: list[int] = []
    take = past._written

    def timed(pasts, ready):
        start = time.thread_time()
        found = take(pasts, ready)
        spent.append(time.thread_time() - start)
        rows.append(len(pasts))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(past, "_written", timed)
        assert import_dataset("boston_311", Reading(), by=None).new == 1200
    assert max(rows) <= 1000
    assert statistics.median(spent) < 0.25, spent


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(
    not BOSTON.exists(),
    reason=f"{BOSTON.name} (Boston's 58,251 reports of 2011) is not here: name its folder in TEST_DATA",
)
def test_every_case_of_boston_comes_in_and_is_late_where_the_file_says_so(rules, tmp_path):
    file = tmp_path / "boston.csv"
    file.write_bytes(gzip.decompress(BOSTON.read_bytes()))
    catalogue.add(CONTRACT.read_text(encoding="utf-8"), by=None)
    intake.load_file("boston_311", file, by=None)
    done = import_dataset("boston_311", Reading(), by=None)
    assert (done.rows, done.new) == (58_251, 58_251)
    assert (done.agreed_on_time, done.agreed_late, done.contradictions) == (35_591, 8_073, 0)
