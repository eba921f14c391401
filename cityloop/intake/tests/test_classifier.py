"""The text model: suggests with honest confidence, decides nothing, is never waited for."""

from __future__ import annotations

import csv
import time
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cityloop.cases.models import Case
from cityloop.intake import classifier, operations, queries, training
from cityloop.intake.classifier import Model
from cityloop.intake.models import Report, TextModel
from cityloop.intake.tests import city as cities
from cityloop.intake.tests.city import administrator
from cityloop.intake.training import Example
from cityloop.kernel.errors import NotAllowed

SENTENCES = {
    "E0101": "垃圾堆在路边没人收 门口全是垃圾臭死了 绿化带里有一堆垃圾 垃圾桶旁边垃圾满地 "
    "河边倒了好多垃圾 建筑垃圾堆着不运",
    "C0102": "路灯不亮晚上很黑 路灯坏了三盏 小区门口路灯一闪一闪 路灯杆歪了 路灯白天也亮着 "
    "巷子里路灯全灭",
    "C0101": "井盖没了很危险 井盖破了车子过去咣当响 路中间井盖下陷 井盖松动 自来水井盖碎了 "
    "井盖丢了只剩一个洞",
}


@pytest.fixture
def labelled(settings, tmp_path):
    """A labelled set of eighteen sentences in the place where the product's own lies."""
    settings.BASE_DIR = tmp_path
    path = tmp_path / training.LABELLED
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["text_zh", "kind", "major_code", "minor_code", "edition"])
        for code, texts in SENTENCES.items():
            kind = "component" if code[0] == "C" else "event"
            rows.writerows([text, kind, code[1:3], code[3:], "TEST"] for text in texts.split())
        rows.writerow(["别的城市的一句话", "event", "77", "77", "ELSEWHERE"])


@pytest.fixture
def trained(city, labelled):
    """A city whose model has been trained."""
    operations.train(actor=administrator(city), now=city.now)
    return city


@pytest.mark.requirement("D01")
def test_training_measures_what_it_made(trained):
    row = TextModel.objects.get()
    assert row.classes == 4 and row.edition == "TEST"
    assert row.metrics["sentences"] == 18 and row.metrics["folds"] == 5
    assert 0.5 <= row.metrics["accuracy"] <= row.metrics["accuracy_top3"] <= 1
    assert 0 <= row.metrics["calibration_error"] <= 1
    assert (classifier.folder() / f"{row.sha256}.npz").is_file()


@pytest.mark.requirement("D01")
def test_a_report_without_a_class_gets_suggestions_and_no_class(trained):
    receipt = trained.receive("hotline12345", class_code="", text="门口的路灯不亮了")
    assert receipt.suggestions[0][:2] == ["TEST/C0102", "路灯"]
    confidences = [one[2] for one in receipt.suggestions]
    assert confidences == sorted(confidences, reverse=True) and 0 < confidences[0] < 1
    report = Report.objects.get()
    assert report.problem_class is None and report.case.problem_class is None
    stored = queries.stored_suggestions([report])[report.pk]
    assert [one.known.code for one in stored] == [one[0] for one in receipt.suggestions]
    again = trained.receive(
        "hotline12345", class_code="", text="门口的路灯不亮了", repeat_key="k" * 8
    )
    assert again.suggestions == receipt.suggestions


def test_a_given_class_is_not_argued_with(trained):
    assert list(trained.receive(text="门口的路灯不亮了").suggestions) == []


@pytest.mark.requirement("D08")
def test_words_that_surely_mean_another_class_are_noticed(trained):
    """Chosen is chosen; the acceptor is told."""
    receipt = trained.receive(class_code="E0101", text="门口的路灯不亮了 路灯坏了三盏")
    (found,) = [one for one in receipt.checks if one["code"] == "class_doubtful"]
    assert found["name"] == "路灯"
    assert Case.objects.get(number=receipt.case).problem_class.code == "TEST/E0101"
    fits = trained.receive(class_code="C0102", text="门口的路灯不亮了 路灯坏了三盏")
    assert "class_doubtful" not in [one["code"] for one in fits.checks]


@pytest.mark.requirement("D01", "D03")
def test_filing_rules_are_suggested_by_their_words(trained):
    chosen = trained.classes["E0102"]
    found = queries.suggest_rules(chosen.pk, "车行道上摆摊卖水果", on=trained.now.date())
    assert [one.rule.condition_zh for one in found] == ["占用车行道摆摊", "占用人行道经营"]
    assert sum(one.confidence for one in found) == pytest.approx(1, abs=0.01)


def test_without_a_model_there_is_no_suggestion_and_no_error(city):
    assert list(city.receive("sms", class_code="", x=None, y=None).suggestions) == []
    assert queries.text_model() is None


def test_a_missing_or_altered_file_is_an_error_of_loading_only(trained, caplog):
    row = TextModel.objects.get()
    path = classifier.folder() / f"{row.sha256}.npz"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(ValueError, match="own content"):
        classifier.read(row.sha256)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        classifier.read(row.sha256)
    fresh = classifier.Holder()
    fresh.ready()
    assert fresh.model is None


@pytest.mark.usefixtures("own_database")
def test_the_model_is_loaded_behind_the_requests(labelled):
    city = cities.build()
    operations.train(actor=administrator(city), now=city.now)
    holder = classifier.Holder()
    assert holder.ready() is None  # asked for, not waited for
    for _ in range(200):
        if holder.ready():
            break
        time.sleep(0.05)
    assert holder.ready().guess("路灯不亮")[0].code == "TEST/C0102"


def test_training_needs_a_right(city):
    with pytest.raises(NotAllowed):
        operations.train(actor=city.actors["acceptor"], now=city.now)


def test_the_citys_own_cases_teach_when_there_are_enough(trained, monkeypatch):
    before = TextModel.objects.get().examples
    for number in range(3):
        trained.receive(kind="remind", class_code="E0102", text=f"占道摆摊第{number}处")
        trained.wait(days=2)
    _edition, known = training.examples(trained.now.date())
    assert len(known) == before  # three are too few
    monkeypatch.setattr(training, "ENOUGH_CASES", 3)
    assert len(training.examples(trained.now.date())[1]) == before  # not accepted by an acceptor
    assert Case.objects.filter(status="closed").count() == 3


def examples() -> list[Example]:
    """The sentences as training reads them."""
    return [
        Example(text, code, real=True) for code, some in SENTENCES.items() for text in some.split()
    ]


@cache
def toy() -> Model:
    """A model fitted on a few sentences, without a database."""
    known = [
        Example(text, code, real=True) for code, some in SENTENCES.items() for text in some.split()
    ]
    return training.fit(known)[0]


def test_reading_what_was_written_gives_the_same_guesses(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    model = toy()
    again = classifier.read(classifier.save(model))
    for text in ("井盖坏了", "垃圾", "路灯"):
        assert [g.code for g in again.guess(text)] == [g.code for g in model.guess(text)]


@settings(deadline=None)
@given(st.text(max_size=600))
def test_any_text_gets_ordered_confidences_or_nothing(text):
    found = toy().guess(text)
    confidences = [one.confidence for one in found]
    assert len(found) in (0, 3) and confidences == sorted(confidences, reverse=True)
    assert all(0 <= one <= 1 for one in confidences)


def test_a_guess_is_quick():
    """Far below a millisecond: it stands in the way of a request."""
    text = "文三路小区门口井盖坏了，车子开过去咣当响，晚上很危险，请尽快处理" * 3
    best = min(_seconds(text) for _ in range(50))
    assert best < 0.001


def _seconds(text: str) -> float:
    began = time.perf_counter()
    toy().guess(text)
    return time.perf_counter() - began


def test_scores_are_those_of_the_trained_machine():
    """Our own arithmetic against scikit-learn's."""
    known = [
        Example(text, code, real=True) for code, some in SENTENCES.items() for text in some.split()
    ]
    vectors, machine = training._machine(known)
    text = "路灯坏了垃圾满地"
    expected = machine.decision_function(vectors.transform([text]))[0]
    assert np.allclose(toy().scores(text), expected, atol=1e-4)


@pytest.mark.requirement("D01")
@pytest.mark.parametrize("text", ["asdf qwer", "hello", "xyz 123"])
def test_words_of_another_matter_are_no_suggestion(trained, text):
    model = classifier.read(TextModel.objects.get().sha256)
    assert model.guess(text) == []
    assert model.guess("井盖破了很危险")
