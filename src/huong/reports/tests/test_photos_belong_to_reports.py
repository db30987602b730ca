"""Photos come before or with a report, once; too many are refused before anything is written."""

import io

import pytest
from PIL import Image

from huong.base import clock
from huong.base.errors import BadInput, Forbidden
from huong.files.models import Blob
from huong.reports import actions, queries
from huong.reports.actions import Draft, photos
from huong.reports.models import Report, ReportPhoto
from huong.reports.tests.conftest import officer_of

pytestmark = pytest.mark.django_db


def a_photo(shade=100):
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (shade, 90, 60)).save(out, "JPEG")
    out.seek(0)
    return actions.take_photo(out, name="anh.jpg")


def test_a_photo_goes_with_its_report_and_everybody_sees_it_once_it_was_accepted(rules, dispatcher):
    photo = a_photo()
    sent = actions.send(Draft(category="ve-sinh.do-trom", unit="19815", photos=(photo.uid,)))
    assert sent.report.photos_count == 1
    assert queries.photos_of(sent.report, "public") == []
    report = actions.accept(sent.report.number, by=dispatcher)
    assert [each.uid for each in queries.photos_of(report, "public")] == [photo.uid]


def test_thirty_photos_are_refused_and_nothing_is_written(rules):
    uids = tuple(f"{number:032d}" for number in range(30))
    with pytest.raises(BadInput) as refused:
        actions.send(Draft(text="Rác", unit="19815", photos=uids))
    assert refused.value.code == "too_many_photos"
    assert Report.objects.count() == 0


def test_a_photo_of_another_report_cannot_be_taken(rules):
    photo = a_photo()
    actions.send(Draft(text="Rác", unit="19815", photos=(photo.uid,)))
    with pytest.raises(BadInput):
        actions.send(Draft(text="Rác khác", unit="19815", photos=(photo.uid,)))


def test_a_blurred_photo_keeps_the_picture_before_for_those_with_the_power(rules, dispatcher):
    photo = a_photo()
    sent = actions.send(Draft(text="Rác", category="ve-sinh.do-trom", unit="19815", photos=(photo.uid,)))
    with pytest.raises(Forbidden):
        actions.blur(sent.report.number, photo=photo.uid, box=(0, 0, 0.5, 0.5), by=dispatcher)
    operator = officer_of("H57.50", "vanhanh", "operator")
    made = actions.blur(sent.report.number, photo=photo.uid, box=(0, 0, 0.5, 0.5), by=operator)
    assert made.original == photo.large
    assert Blob.objects.filter(pk__in=[made.large, made.small, made.original]).count() == len(
        {made.large, made.small, made.original}
    )


def test_photos_whose_report_never_came_are_let_go_after_a_week(rules):
    a_photo()
    with clock.freeze(clock.now() + photos.WAITS * 2):
        assert photos.sweep() == 1
    assert ReportPhoto.objects.count() == 0
    assert Blob.objects.count() == 0
