"""A mail to the city is a report, or one more message about one; answers go back as mails. Each letter counts once."""

from email.message import EmailMessage
from io import BytesIO

import pytest
from django.core import mail as sent_mails
from PIL import Image

from huong.base import clock
from huong.journal.models import Entry
from huong.messages import actions as messages
from huong.reports import actions, handlers
from huong.reports.actions import lines, mailbox
from huong.reports.models import Letter, Line, Mailbox, Message, Report, ReportPhoto
from huong.reports.rules import mails
from huong.reports.tests import a_mailbox
from huong.reports.tests.conftest import officer_of

pytestmark = pytest.mark.django_db
LAN = "Lê Thị Lan <Lan.Le@example.vn>"


@pytest.fixture
def box(settings, rules, morning):
    with a_mailbox.running() as found:
        settings.HUONG = settings.HUONG.model_copy(update={"mail_in_url": found.url})
        settings.DEFAULT_FROM_EMAIL = "phananh@hue.gov.vn"
        settings.PUBLIC_URL = "https://huong.example.vn"
        yield found


def letter(
    text="Cống nghẹt trước nhà 12 Hùng Vương, nước tràn.", *, subject="Cống nghẹt", sender=LAN, id="<a1@x>", **heads
):
    found = EmailMessage()
    found["From"], found["To"], found["Subject"], found["Message-ID"] = sender, "phananh@hue.gov.vn", subject, id
    for name, value in heads.items():
        found[name.replace("_", "-")] = value
    found.set_content(text)
    return found


def photo():
    out = BytesIO()
    Image.new("RGB", (80, 60), "green").save(out, "JPEG")
    return out.getvalue()


def fetch(later=0):
    Mailbox.objects.update(due_at=clock.now())
    return mailbox.fetch()


def bring(box, found):
    box.put(found.as_bytes() if isinstance(found, EmailMessage) else found)
    return fetch()


def answer(number, text="Đã thông cống sáng nay.", *, by):
    """Let the ward work on a report, and tell everybody."""
    report = Report.objects.get(pk=int(number[3:]))
    if report.state == "received":
        actions.accept(number, by=by)
        report.refresh_from_db()
    if report.state == "accepted":
        actions.dispatch(number, to="H57.21", by=by)
        report.refresh_from_db()
    worker = officer_of(report.agency, f"lam-{report.agency.lower()}")
    return worker, lambda: actions.answer(number, text=text, by=worker)


def tell():
    handlers.tell(list(Entry.objects.filter(name__startswith="reports.").order_by("id")))
    messages.deliver_due()


def test_a_mail_becomes_a_report_with_its_photos_and_a_receipt(box):
    found = letter()
    found.add_attachment(photo(), maintype="image", subtype="jpeg", filename="cong.jpg")
    found.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="don.pdf")
    assert bring(box, found) == {"new": 1}
    report = Report.objects.get()
    assert (report.channel, report.state, report.photos_count) == ("mail", "received", 1)
    assert Message.objects.get(kind="description").text.startswith("Cống nghẹt trước nhà 12")
    assert "don.pdf" in Message.objects.get(kind="note").text
    assert report.reporter.shown == "L•••@example.vn"
    messages.deliver_due()
    (receipt,) = sent_mails.outbox
    assert receipt.to == ["Lan.Le@example.vn"]
    assert report.number in receipt.subject
    assert receipt.extra_headers["In-Reply-To"] == "<a1@x>"
    assert box.flags == {1: {r"\Seen"}}


def test_the_same_letter_counts_once_however_often_it_is_read(box):
    bring(box, letter())
    box.number_anew()
    assert fetch() == {}
    assert bring(box, letter()) == {}
    assert Report.objects.count() == 1


def test_an_answer_under_our_mail_is_one_more_message_of_the_same_report(box, dispatcher):
    bring(box, letter())
    number = Report.objects.get().number
    messages.deliver_due()
    ours = sent_mails.outbox[0].extra_headers["Message-ID"]
    words = f"Số nhà là 12.\n\nVào Thứ Tư, Hương đã viết:\n> {number}: we have it\n"
    assert bring(box, letter(words, subject="Re: x", id="<a2@x>", In_Reply_To=ours)) == {"added": 1}
    assert Message.objects.get(kind="reply").text == "Số nhà là 12."
    assert Report.objects.count() == 1


def test_a_question_goes_out_as_a_mail_and_its_answer_lets_the_clock_go_on(box, dispatcher):
    bring(box, letter())
    report = Report.objects.get()
    worker, _done = answer(report.number, by=dispatcher)
    actions.ask(report.number, text="Nhà ở đoạn nào?", by=worker)
    tell()
    asked = sent_mails.outbox[-1]
    assert "Nhà ở đoạn nào?" in asked.body
    assert asked.extra_headers["In-Reply-To"] == "<a1@x>"
    bring(box, letter("Gần cầu.", subject="Re", id="<a3@x>", References=asked.extra_headers["Message-ID"]))
    report.refresh_from_db()
    assert report.state == "in_progress"


def test_the_answer_goes_back_as_a_mail_once(box, dispatcher):
    bring(box, letter())
    report = Report.objects.get()
    _worker, done = answer(report.number, by=dispatcher)
    done()
    tell()
    tell()
    bodies = [each.body for each in sent_mails.outbox]
    assert sum("Đã thông cống sáng nay." in body for body in bodies) == 1


def test_thanks_open_nothing_again_but_a_complaint_does(box, dispatcher):
    bring(box, letter())
    report = Report.objects.get()
    _worker, done = answer(report.number, by=dispatcher)
    done()
    bring(box, letter("Cảm ơn thành phố!", subject=f"Re: {report.number}", id="<t@x>"))
    report.refresh_from_db()
    assert report.state == "answered"
    bring(box, letter("Vẫn còn ngập như cũ.", subject=f"Re: {report.number}", id="<k@x>"))
    report.refresh_from_db()
    assert report.state == "reopened"


def test_a_number_in_a_strangers_mail_opens_no_door(box):
    bring(box, letter())
    number = Report.objects.get().number
    assert bring(box, letter("Tôi cũng vậy", subject=number, sender="kẻ lạ <la@example.vn>", id="<s@x>")) == {"new": 1}
    assert Report.objects.count() == 2
    forged = letter("Chen vào", sender="la@example.vn", id="<f@x>", In_Reply_To="<a1@x>")
    assert bring(box, forged) == {"new": 1}


@pytest.mark.parametrize(
    ("heads", "sender"),
    [
        ({"Auto_Submitted": "auto-replied"}, LAN),
        ({"Precedence": "bulk"}, LAN),
        ({"List_Id": "<tin.example.vn>"}, LAN),
        ({"Return_Path": "<>"}, LAN),
        ({}, "MAILER-DAEMON@example.vn"),
        ({}, "phananh@hue.gov.vn"),
        ({}, "không có địa chỉ"),
    ],
)
def test_what_machines_write_is_left_alone(box, heads, sender):
    found = letter(sender=LAN, **heads)
    del found["From"]
    found["From"] = sender
    assert bring(box, found) == {"ignored": 1}
    assert (Report.objects.count(), messages.deliver_due()) == (0, 0)


def test_damaged_letters_harm_nothing(box):
    bring(
        box,
        b"From: a@example.vn\nContent-Type: text/plain; charset=klingon\nSubject: =?x?y?z?=\n\nC\xe1\xbb\x91ng ngh\xe1\xba\xb9t \xff",
    )
    bring(box, b"\x00\x01\x02")
    bring(
        box,
        b"From: b@example.vn\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\n<p>&#0;"
        + b"<div>" * 3000,
    )
    bring(box, letter("", subject="", id="<e@x>"))
    said = list(Letter.objects.filter(outcome__in=["new", "ignored", "refused"]).values_list("outcome", flat=True))
    assert len(said) == 4
    assert Report.objects.filter(channel="mail").count() >= 1


def test_a_wrong_password_and_a_broken_line_are_written_down_and_nothing_is_lost(box):
    box.faults += ["deny", "drop"]
    assert bring(box, letter()) is None
    assert "không trả lời" in Mailbox.objects.get().error or "does not answer" in Mailbox.objects.get().error
    assert fetch() is None
    assert Mailbox.objects.get().failures == 2
    assert fetch() == {"new": 1}
    assert Mailbox.objects.get().failures == 0


def test_a_letter_too_large_is_passed_over(box, monkeypatch):
    monkeypatch.setattr(mailbox, "MAX_BYTES", 2000)
    box.put(letter("x" * 4000, id="<g@x>").as_bytes())
    assert bring(box, letter()) == {"refused": 1, "new": 1}


def test_a_flood_from_one_address_stops_at_the_limit(box):
    for number in range(33):
        box.put(letter(f"Tin số {number}", id=f"<n{number}@x>").as_bytes())
    assert fetch() == {"new": 30, "refused": 3}


def test_the_address_is_sealed_and_forgotten_on_request(box, dispatcher):
    bring(box, letter())
    report = Report.objects.get()
    line = Line.objects.get()
    assert b"example.vn" not in bytes(line.address)
    assert lines.address_of(line) == "Lan.Le@example.vn"
    assert "example.vn" not in str(list(Entry.objects.values_list("data", "subject")))
    actions.erase_reporter(report.number, by=dispatcher)
    assert not Line.objects.exists()
    assert ReportPhoto.objects.count() == 0


def test_html_alone_is_read_as_words():
    found = mails.read(
        b"From: a@b.vn\nContent-Type: text/html\n\n<style>p{}</style><p>\xe1\xbb\x94 g\xc3\xa0<br>l\xe1\xbb\x9bn</p>"
    )
    assert found.text.split() == ["Ổ", "gà", "lớn"]


@pytest.mark.parametrize("charset", ["idna", "punycode", "unicode_escape", "undefined", "utf\x00-8"])
def test_a_strange_character_set_is_read_as_what_it_can_be(charset):
    head = b"From: a@b.vn\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset="
    found = mails.read(head + charset.encode() + b"\r\n\r\n\\ud800 xn--a-\x80")
    assert found.address == "a@b.vn"
    assert found.text.encode()


@pytest.mark.parametrize(
    "damaged",
    [
        b"Content-Type: message/rfc822\r\n\r\n" * 3000,
        b"From: " + b"(" * 20_000 + b"a@b.vn\r\n\r\nx",
        b"From: a@b.vn\r\nContent-Type: image/png; name*0*=idna''%80\r\n\r\nx",
        b"From: a@b.vn\r\nContent-Disposition: attachment; filename*=unicode_escape''%5Cud800\r\n\r\nx",
    ],
    ids=["letters in letters", "a head without end", "a name in no character set", "half a letter as a name"],
)
def test_no_letter_keeps_those_behind_it_from_being_read(box, damaged):
    box.put(damaged)
    box.put(letter(id="<behind@x>").as_bytes())
    counts = fetch()
    assert counts["new"] >= 1
    assert Letter.objects.filter(outcome="new").exists()
    assert Mailbox.objects.get().failures == 0
