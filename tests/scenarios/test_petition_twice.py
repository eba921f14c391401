"""A petition that is transferred by two hands at once becomes one case."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cityloop.cases.models import Case
from cityloop.kernel.errors import Refused
from cityloop.petitions import operations
from cityloop.petitions.models import Petition
from tests.town import Town

pytestmark = pytest.mark.slow


@pytest.mark.requirement("C05")
def test_the_second_transfer_is_refused_whenever_it_comes(committed: Town) -> None:
    """It waits for the first one, and reads what that has written."""
    town, actor = committed, committed.actor("acceptor")
    new = operations.NewPetition(
        kind="letter", name="王芳", phone="13900000001", subject="井盖破损", text="井盖破损多日",
        received_on=timezone.localdate(town.now) - timedelta(days=1),
    )  # fmt: skip
    row = operations.register(new, actor=actor, now=town.now)
    point = town.grid(3).geom.point_on_surface
    told = operations.Transfer(text=row.text, class_code="C0101", x=point.x, y=point.y)

    def again() -> Petition:
        try:
            return operations.transfer(row.number, told, actor=actor, now=town.now)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first = operations.transfer(row.number, told, actor=actor, now=town.now)
            second = other.submit(again)
            with pytest.raises(TimeoutError):
                second.result(timeout=2)
        with pytest.raises(Refused):
            second.result(timeout=60)
    assert first.report is not None and Case.objects.count() == 1
