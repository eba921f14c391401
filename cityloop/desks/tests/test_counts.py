"""Counts in sentences: one thing is told in the singular, and Chinese has one form for all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from django.utils.translation import override

import cityloop
from cityloop.cases.models import CaseEvent
from cityloop.desks.history import words_of
from cityloop.desks.queries import Names


@pytest.mark.parametrize(
    ("language", "papers", "words"),
    [
        ("en", 1, "1 file attached"),
        ("en", 2, "2 files attached"),
        ("zh-hans", 1, "附件 1 个"),
        ("zh-hans", 2, "附件 2 个"),
    ],
)
def test_the_papers_of_a_step(language: str, papers: int, words: str) -> None:
    line = CaseEvent(facts={"papers": [{}] * papers})
    with override(language):
        assert words in words_of(line, Names())


@pytest.mark.parametrize(
    ("template", "one", "two"),
    [
        ("oversight/templates/oversight/reminders.html", "1 reminder", "2 reminders"),
        ("duty/templates/duty/handovers.html", "1 open case", "2 open cases"),
    ],
)
def test_the_counts_above_lists(template: str, one: str, two: str) -> None:
    """The sentence as the page has it, without the page."""
    page = (Path(cityloop.__file__).parent / template).read_text(encoding="utf-8")
    start = page.index("{% blocktranslate count n=total %}")
    sentence = page[start : page.index("{% endblocktranslate %}", start)]
    shown: Any = Template("{% load i18n %}" + sentence + "{% endblocktranslate %}")
    with override("en"):
        assert [shown.render(Context({"total": n})) for n in (1, 2)] == [one, two]
