"""One telephone number, however it was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityloop.kernel.phones import plain_phone


@pytest.mark.requirement("C03", "C06")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 0000 0000", "13800000000"),
        ("+86-138-0000-0000", "13800000000"),
        ("0086 13800000000", "13800000000"),
        ("8613800000000", "13800000000"),
        ("１３８００００００００", "13800000000"),
        ("(0571) 8888-0000", "057188880000"),
        ("+86 571 8888 0000", "057188880000"),
        ("+86 400 123 4567", "4001234567"),
        ("0138 0000 0000", "13800000000"),
        ("010 1380 0000", "01013800000"),
        ("12345", "12345"),
        ("86880000", "86880000"),
        ("+1 202 555 0100", "+12025550100"),
        ("", ""),
    ],
)
def test_the_same_number_is_kept_alike(typed: str, kept: str) -> None:
    assert plain_phone(typed) == kept


@given(
    st.sampled_from(["", "+86", "0086", "86", "+86 ", "0"]),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.lists(st.tuples(st.integers(0, 11), st.sampled_from(" -().")), max_size=4),
)  # fmt: skip
def test_a_mobile_number_is_found_again(
    prefix: str, number: str, fill: list[tuple[int, str]]
) -> None:
    typed = number
    for place, sign in fill:
        typed = typed[:place] + sign + typed[place:]
    assert plain_phone(prefix + typed) == plain_phone(number)
