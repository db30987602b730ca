"""Categories are guessed from words by what officers decided; the guess is kept, tested and never takes the decision."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huong.base.errors import Forbidden, WrongState
from huong.base.text import fold
from huong.journal.models import Entry
from huong.reports import actions, demonstration, fitting, handlers, queries
from huong.reports.actions import Draft, accept, learning, send
from huong.reports.models import Guess, Report, TextModel
from huong.reports.queries import learning as learnt
from huong.reports.rules import learning as rules
from huong.reports.rules.book import UNSORTED
from huong.reports.rules.learning import Result, features, packed, part_of, unpacked
from huong.reports.tests.conftest import officer_of
from huong.reports.tests.test_officers_work_at_their_desk import signed_in

WORDS = {
    "thoat-nuoc.cong-nghet": ("cống nghẹt", "tắc cống", "nước không thoát", "hố ga đầy"),
    "chieu-sang.den-hong": ("đèn đường không sáng", "bóng đèn cháy", "đường tối", "đèn tắt"),
    "ve-sinh.chua-thu-gom": ("rác chưa thu gom", "rác ứ đọng", "không ai lấy rác", "rác để lâu"),
}
AROUND = (
    "trước nhà tôi",
    "đầu kiệt",
    "gần chợ",
    "trên đường Hùng Vương",
    "cạnh trường học",
    "mấy hôm nay",
    "đề nghị xử lý",
)
GREETING = "Kính chào trung tâm ạ"


def texts(each=30):
    """Return (words, category), some without accents."""
    return [
        (fold(said) if number % 3 == 0 else said, category)
        for category, words in WORDS.items()
        for number in range(each)
        for said in [f"{words[number % 4]} {AROUND[number % 7]} {AROUND[(number * 3 + 1) % 7]}"]
    ]


@pytest.fixture(scope="module")
def body():
    """Return a small model, learnt once for all tests."""
    rows = [
        {"text": text, "category": category, "weight": 1.0, "part": part_of(number)}
        for number, (text, category) in enumerate(texts())
        if part_of(number) != "test"
    ]
    return packed(fitting.fit(rows))


@pytest.fixture
def model(body, rules_of_hue):
    """Put the small model in force."""
    learnt.forget()
    yield TextModel.objects.create(
        version=1, kind="decided", in_force=True, trained_at="2026-11-01T00:00:00Z", texts=90, digest="x",
        tested=Result(texts=18, right=18, sure=18, sure_right=18, promised=17.0).plain(), body=body,
    )  # fmt: skip
    learnt.forget()


@pytest.fixture
def rules_of_hue(rules):
    """Begin and end without a model in memory."""
    learnt.forget()
    yield
    learnt.forget()


def test_words_are_understood_with_and_without_accents(body):
    held = unpacked(body)
    for said in (
        "Cống trước nhà tôi bị nghẹt, nước không thoát",
        fold("Cống trước nhà tôi bị nghẹt, nước không thoát"),
    ):
        assert held.shares(said)[0][0] == "thoat-nuoc.cong-nghet"
    assert held.shares("Bóng đèn cháy, đường tối") == held.shares(fold("Bóng đèn cháy, đường tối").upper())
    assert held.shares("hello world") == []


def test_shares_are_shares_and_a_packed_model_is_the_same_model(body):
    held = unpacked(body)
    again = unpacked(packed(held))
    for text, _category in texts(4):
        shares = held.shares(text)
        assert abs(sum(share for _key, share in shares) - 1) < 1e-9
        assert shares == again.shares(text)


@given(st.text(max_size=300))
def test_whatever_somebody_types_has_features_that_name_nobody(text):
    assert not any(letter.isdigit() for feature in features(text) for letter in feature)


def test_a_word_that_one_person_wrote_is_not_kept():
    seen = [features("rác chưa thu gom Nguyễn Thị Bí Mật"), *[features("rác chưa thu gom")] * 5]
    known = fitting._chosen(seen, [1.0] * 6)
    assert "rac" in known
    assert "bi mat" not in known


def test_a_sure_guess_is_set_where_the_sender_chose_nothing(model):
    sent = send(Draft(text="Cống nghẹt trước nhà tôi, nước không thoát", unit="An Cựu")).report
    assert sent.category == "thoat-nuoc.cong-nghet"
    unclear = send(Draft(text=GREETING, unit="An Cựu")).report
    assert unclear.category == UNSORTED
    own = send(Draft(text="Cống nghẹt trước nhà tôi", category="duong-pho.o-ga", unit="An Cựu")).report
    assert own.category == "duong-pho.o-ga"


def test_below_four_tenths_the_desk_decides(model, monkeypatch):
    monkeypatch.setattr(learnt, "learnt", lambda _text: [("thoat-nuoc.cong-nghet", 0.39), ("chieu-sang.den-hong", 0.3)])
    assert learnt.sure_category("gì đó") == ""
    monkeypatch.setattr(learnt, "learnt", lambda _text: [("thoat-nuoc.cong-nghet", 0.4)])
    assert learnt.sure_category("gì đó") == "thoat-nuoc.cong-nghet"


def test_danger_to_life_is_never_guessed(model, monkeypatch):
    monkeypatch.setattr(learnt, "learnt", lambda _text: [("khan-cap.chay-no", 0.99)])
    assert learnt.sure_category("cháy") == ""


def test_suggestions_come_from_the_model_once_there_is_one(model):
    assert queries.suggest("rác ứ đọng gần chợ mấy hôm nay")[0][0] == "ve-sinh.chua-thu-gom"


def test_without_a_model_the_citys_words_suggest(rules_of_hue):
    assert learnt.in_force() is None
    assert queries.suggest("cống nghẹt")[0][0] == "thoat-nuoc.cong-nghet"


def test_what_was_guessed_is_kept_beside_what_was_decided(model, dispatcher):
    sent = send(Draft(text="Cống nghẹt trước nhà tôi, nước không thoát", unit="An Cựu")).report
    wrong = send(Draft(text="Đèn tắt, đường tối mấy hôm nay", category="chieu-sang.thieu-den", unit="An Cựu")).report
    entries = list(Entry.objects.filter(name="reports.received"))
    handlers.guess(entries)
    handlers.guess(entries)  # at least once
    assert Guess.objects.count() == 2
    assert learnt.kept().waiting == 2
    for number in (sent.number, wrong.number):
        accept(number, by=dispatcher)
    kept = learnt.kept()
    assert (kept.tested.texts, kept.tested.right, kept.waiting) == (2, 1, 0)
    assert kept.tested.confused == {("chieu-sang.den-hong", "chieu-sang.thieu-den"): 1}
    assert kept.tested.by_category["thoat-nuoc.cong-nghet"] == [1, 1]


def test_officers_see_guessed_and_decided_with_number_and_denominator(model, dispatcher, client):
    sent = send(Draft(text="Cống nghẹt trước nhà tôi, nước không thoát", unit="An Cựu")).report
    handlers.guess(list(Entry.objects.filter(name="reports.received")))
    accept(sent.number, by=dispatcher)
    signed_in(client, dispatcher)
    said = client.get("/desk/reports/learning").content.decode()
    assert "18 / 18" in said
    assert "1 / 1" in said
    assert "Cống nghẹt" in said
    assert client.post("/desk/reports/learning/train").status_code == 403


def test_one_reports_page_shows_officers_what_was_guessed_beside_what_was_decided(model, dispatcher, client):
    number = actions.send(Draft(text="Ổ gà to giữa đường", unit="An Cựu")).report.number
    handlers.guess(list(Entry.objects.filter(name="reports.received")))
    guess = Guess.objects.get()
    operator = officer_of("H57.50", "vanhanh", "operator")
    signed_in(client, operator)
    page = client.get(f"/desk/reports/{number}/").content.decode()
    assert "Máy đoán theo lời văn" in page
    assert "cán bộ quyết định" in page
    actions.accept(number, by=dispatcher, category=guess.category)
    assert "cán bộ cũng xác định như vậy" in client.get(f"/desk/reports/{number}/").content.decode()
    actions.recategorise(number, category="thoat-nuoc.cong-nghet", by=operator)
    assert "cán bộ xác định:" in client.get(f"/desk/reports/{number}/").content.decode()
    assert "Máy đoán" not in client.get(f"/reports/{number}").content.decode()


def test_whoever_changes_rules_may_let_it_learn(rules_of_hue, client):
    from django_tasks_db.models import DBTaskResult

    signed_in(client, officer_of("H57.51", "vanphong", "data_office"))
    assert "Chưa học gì" in client.get("/desk/reports/learning").content.decode()
    assert client.post("/desk/reports/learning/train").status_code == 302
    assert DBTaskResult.objects.filter(task_path__endswith="_perform").count() == 1


def _decide(count, dispatcher):
    said = texts(count // 3 + 1)[:count]
    for text, category in said:
        report = send(Draft(text=text, category=category, unit="An Cựu")).report
        Report.objects.filter(pk=report.pk).update(
            state="answered", is_open=False, closed_at=report.received_at, accepted_at=report.received_at
        )


@pytest.mark.slow
def test_it_learns_from_the_citys_words_then_from_decisions_and_keeps_the_better(rules_of_hue, dispatcher, monkeypatch):
    monkeypatch.setattr(learning, "ENOUGH", 60)
    monkeypatch.setattr(learning, "ENOUGH_TO_TEST", 10)
    assert learning.is_worth_it()
    first = learning.train(texts(20))
    assert (first.kind, first.in_force, first.decided) == ("starter", True, 0)
    assert not learning.is_worth_it()
    _decide(90, dispatcher)
    assert learning.is_worth_it()
    second = learning.train(texts(5))
    assert (second.kind, second.decided, second.in_force) == ("decided", 90, True)
    assert second.tested["texts"] == 18
    assert second.before["texts"] == 18
    others = dict(zip(WORDS, [*list(WORDS)[1:], *list(WORDS)[:1]], strict=True))
    wrong = learning._made_rows([(text, others[category]) for text, category in texts(20)])
    monkeypatch.setattr(learning, "_rows", lambda _texts, _made: wrong)
    worse = learning.train([])
    assert worse.tested["right"] < second.tested["right"]
    assert not worse.in_force
    assert learnt.in_force()[0] == second.version
    told = Entry.objects.filter(name="reports.model_trained").order_by("id")
    assert [entry.data["in_force"] for entry in told] == [True, True, False]
    assert "cống" not in str([entry.data for entry in told])


def test_only_the_new_decisions_make_it_learn_again():
    assert rules.is_as_good(Result(texts=5, right=4), Result(texts=5, right=4))
    assert not rules.is_as_good(Result(texts=5, right=3), Result(texts=5, right=4))


def test_learning_needs_the_power_to_change_rules_and_something_to_learn(rules_of_hue, dispatcher):
    with pytest.raises(Forbidden):
        learning.train(texts(3), by=dispatcher)
    with pytest.raises(WrongState):
        learning.train([])
    assert TextModel.objects.count() == 0


def test_learning_that_breaks_off_changes_nothing(model, monkeypatch):
    from huong.base.errors import Unavailable

    monkeypatch.setattr(learning, "fitted", lambda _texts, _model: False)
    with pytest.raises(Unavailable):
        learning.train(texts(3))
    assert learnt.in_force()[0] == model.version


def test_the_citys_words_are_examples_of_every_category_people_can_choose(rules_of_hue):
    told = {category for _text, category in demonstration.examples(1)}
    named = {key for key, each in queries.book().categories.items() if each.parent and each.words}
    assert told >= named
    assert UNSORTED in told


def test_no_process_but_the_one_that_learns_carries_the_library():
    code = (
        "import django, os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'huong.settings'; django.setup();"
        "import huong.main.urls, huong.reports.jobs, huong.reports.pages.desk.learning, huong.reports.fitting;"
        "print(sorted({'sklearn', 'scipy', 'numpy', 'joblib'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[4]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=root)
    assert done.stdout.strip() == "[]", done.stderr[-2000:]


@pytest.mark.slow
def test_the_command_says_what_was_learnt_or_leaves_it_to_a_job(rules_of_hue, monkeypatch, capsys):
    import json

    from django.core.management import call_command
    from django_tasks_db.models import DBTaskResult

    monkeypatch.setattr(demonstration, "examples", lambda: iter(texts(10)))
    call_command("reports", "train", "--json")
    said = json.loads(capsys.readouterr().out)
    assert (said["version"], said["kind"], said["in_force"]) == (1, "starter", True)
    assert said["right"] <= said["tested"] == 6
    call_command("reports", "train", "--later")
    assert DBTaskResult.objects.filter(task_path__endswith="_perform").count() == 1
