"""The pages of editions before there is any."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cityloop.standards.tests.editions import Files
from cityloop.standards.tests.office import Keeper, said, stamp, workbook


@pytest.mark.django_db
@pytest.mark.requirement("B01", "L16")
def test_the_first_edition_of_an_empty_installation_is_new_altogether(
    settings: Any, tmp_path: Path
) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.ACTOR_OF = "cityloop.standards.tests.visitors.caller"
    keeper, files = Keeper(), Files("TEST-2", valid_from="2027-01-01")
    assert "No edition is loaded" in said(keeper.get("/office/editions/"))
    assert "Compare" in said(keeper.get("/office/editions/difference/"))
    path = keeper.preview(workbook(files, tmp_path))
    page = said(keeper.get(path))
    assert "4 classes added" in page and "3 rules added" in page and "Against" not in page
    answer = keeper.post(f"{path}keep/", stamp=stamp(keeper.get(path)))
    answer = keeper.get(answer["Location"])
    assert "TEST-2 is kept as a draft." in said(answer) and "TEST-2 against" not in said(answer)
    assert keeper.get("/office/edition/TEST-2/publish/").status_code == 200
