"""What the load of an edition tells of its changes."""

from __future__ import annotations

import pytest

from cityloop.cli.standards import LISTED, told_difference
from cityloop.standards.difference import Change, Difference, What

GONE = Change(What.REMOVED, "E0101-1", "暴露垃圾")


@pytest.mark.requirement("B04")
def test_a_removed_rule_is_counted_and_named() -> None:
    head, row = told_difference(Difference("330100", "330100", (), (GONE,)))
    assert head == "330100 differs from 330100: 1 rules removed"
    assert row.strip() == "removed E0101-1 暴露垃圾"


def test_a_first_edition_and_the_same_again_tell_nothing() -> None:
    assert told_difference(Difference("", "330100", (GONE,), ())) == []
    assert told_difference(Difference("330100", "330100", (), ())) == []


def test_a_long_list_is_cut_and_says_so() -> None:
    told = told_difference(Difference("a", "b", (GONE,) * (LISTED + 3), ()))
    assert len(told) == LISTED + 2 and told[-1].strip() == "... and 3 more"
