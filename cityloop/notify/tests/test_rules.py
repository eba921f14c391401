"""Quiet hours, signatures and texts, exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cityloop.notify import media, quiet, signing, topics

MOMENTS = st.integers(1_700_000_000, 1_900_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))


@given(MOMENTS)
def test_nobody_is_disturbed_at_night_and_nothing_waits_longer_than_it(at: datetime) -> None:
    then = quiet.allowed_at(at)
    assert not quiet.is_quiet(then)
    assert at <= then <= at + timedelta(hours=10)
    assert quiet.allowed_at(then) == then
    assert (then == at) == (not quiet.is_quiet(at))


@given(MOMENTS, MOMENTS)
def test_what_comes_first_goes_first(one: datetime, other: datetime) -> None:
    early, late = sorted((one, other))
    assert quiet.allowed_at(early) <= quiet.allowed_at(late)


@pytest.mark.parametrize(("clock", "morning"), [
    ("2026-03-02T20:59", "2026-03-02T20:59"), ("2026-03-02T21:00", "2026-03-03T07:00"),
    ("2026-03-03T06:59", "2026-03-03T07:00"), ("2026-03-03T07:00", "2026-03-03T07:00"),
])  # fmt: skip
def test_the_edges_of_the_night(clock: str, morning: str) -> None:
    at = timezone.make_aware(datetime.fromisoformat(clock))
    assert quiet.allowed_at(at) == timezone.make_aware(datetime.fromisoformat(morning))


@given(st.binary(max_size=200), st.integers(0, 2**33), st.integers(-900, 900))
def test_a_signature_is_good_for_its_body_and_some_minutes(body: bytes, at: int, off: int) -> None:
    moment = str(at)
    sign = signing.signature("secret", moment, body)
    near = abs(off) <= signing.MAX_AGE
    assert signing.good("secret", moment, body, sign, seconds=at + off) == near
    assert not signing.good("secret", moment, body + b" ", sign, seconds=at)
    assert not signing.good("other", moment, body, sign, seconds=at)
    assert not signing.good("", moment, body, sign, seconds=at)
    assert not signing.good("secret", "²", body, sign, seconds=at)


def test_every_topic_is_whole() -> None:
    for topic in topics.all_topics().values():
        assert topic.audience in topics.AUDIENCES
        assert topic.media and set(topic.media) <= set(media.MEDIA)
        assert set(topic.texts) == set(topics.LANGUAGES)
        blanks = [topics.blanks_of(text) for text in topic.texts.values()]
        assert blanks[0] == blanks[1] <= set(topics.BLANKS), topic.code


@given(st.text(max_size=50), st.dictionaries(st.sampled_from(topics.BLANKS), st.text(max_size=9)))
def test_filling_in_never_fails_and_leaves_no_known_blank(text: str, values: dict) -> None:
    filled = topics.fill(text + "{number}{nothing}", {**values, "number": "7"})
    assert "{nothing}" not in filled and "7" in filled


def test_a_sentence_ends_once() -> None:
    values = {"reason": "经比对，照片与现场不符。", "answer": "It is done."}
    assert topics.fill("不予受理：{reason}。", values) == "不予受理：经比对，照片与现场不符。"
    assert topics.fill("Answer: {answer}. Bye", values) == "Answer: It is done. Bye"
    assert topics.fill("{reason}", values) == "经比对，照片与现场不符。"
