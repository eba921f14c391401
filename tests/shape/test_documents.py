"""Generated documents are those of the code as it stands."""

from __future__ import annotations

import pytest

from cityloop.cli import generated, requirements
from tests.shape import tree


@pytest.mark.parametrize(
    ("path", "make"), generated.PAGES, ids=[path for path, _make in generated.PAGES]
)
@pytest.mark.requirement("O08")
def test_a_generated_document_is_up_to_date(path: str, make: object) -> None:
    assert callable(make)
    file = tree.ROOT / path
    assert file.is_file() and file.read_text(encoding="utf-8") == make(), "run: make docs"


def test_tests_name_requirements_as_they_are_written() -> None:
    known = {number for number, _what in requirements.ROWS}
    for number in requirements.proofs(tree.ROOT):
        assert number in known or (len(number) == 3 and number[0].isalpha()), number
