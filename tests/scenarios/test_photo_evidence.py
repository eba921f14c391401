"""A picture that has proved another case is noticed, whatever was done to it."""

from __future__ import annotations

import pytest
from PIL import Image

from cityloop.cases import operations as cases
from cityloop.cases.models import Case
from cityloop.evidence import queries, wording
from cityloop.evidence.models import Finding
from cityloop.evidence.tests import pictures
from cityloop.kernel import files
from tests.town import Town


def finished_with(town: Town, picture: Image.Image, *, quality: int = 90) -> Case:
    """A case whose unit proves the result with this picture; then the worker looks at it."""
    case = town.case("handling")
    content = pictures.jpeg(picture, quality=quality)
    sha256 = files.store(chunks=[content], filename="p.jpg", now=town.now).sha256
    cases.perform(
        case.number, "finish", actor=town.actor("water"), now=town.now,
        inputs={"result": "完成"}, papers=[cases.paper(sha256=sha256, stage="after")],
    )  # fmt: skip
    town.deliver()
    return Case.objects.get(pk=case.pk)


def found(case: Case, kind: str) -> list[Finding]:
    return [one for one in queries.findings(case) if one.kind == kind]


@pytest.mark.requirement("F10", "D08")
def test_an_edited_picture_of_another_case_is_shown_with_that_case(town: Town) -> None:
    photo = pictures.photo(pictures.TEMPLE)
    first = finished_with(town, photo)
    assert found(first, "reused") == []

    # Another case, the same picture: cropped, darker, squeezed; and a third with another picture.
    edited = pictures.brighter(pictures.cropped(photo, 0.85), 0.7)
    second = finished_with(town, edited, quality=40)
    (finding,) = found(second, "reused")
    assert finding.facts["cases"] == [first.number] and finding.odd
    assert first.number in wording.words_of(finding)
    assert found(finished_with(town, pictures.photo(pictures.FLOWER)), "reused") == []

    # It is shown, and stops nothing: who checks decides.
    assert second.status == "handled"
    town.carry(second.number, "closed")
