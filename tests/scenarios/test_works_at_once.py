"""Two people write the same at the same moment: one is heard, the other gets a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from cityloop.kernel.errors import Invalid, Refused
from cityloop.works import operations as works
from cityloop.works.models import BudgetLine, Invoice
from tests import town as towns
from tests.at_once import meanwhile
from tests.conftest import MONDAY
from tests.works import Story


@pytest.mark.slow
@pytest.mark.requirement("I12")
@pytest.mark.usefixtures("own_files", "english")
def test_the_same_budget_line_and_the_same_invoice_at_the_same_moment(
    own_database: None, tmp_path: Path
) -> None:
    story = Story(towns.build(tmp_path, now=MONDAY))
    manager, now = story.town.actor("administrator"), story.town.now

    def budget(name: str) -> object:
        return works.set_budget(
            year=2027, code="DZZ", name=name, amount=5000, actor=manager, now=now
        )

    lost = meanwhile(lambda: budget("代整治"), lambda: budget("代整治专项"))
    with pytest.raises(Refused, match="just been made by somebody else"):
        lost.result()
    assert BudgetLine.objects.get(year=2027).name == "代整治"

    one, other = story.priced(), story.priced()
    story.close(one)
    story.close(other)
    lost = meanwhile(
        lambda: story.invoice(one, 1600, invoice_number="F7"),
        lambda: story.invoice(other, 1600, invoice_number="F7"),
    )
    with pytest.raises(Invalid, match="this unit's invoice F7 is recorded already"):
        lost.result()
    assert Invoice.objects.get(number="F7").order == one
