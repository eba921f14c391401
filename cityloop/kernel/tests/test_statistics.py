"""The planner is told of tables that hold rows, and of no other."""

from __future__ import annotations

import pytest
from django.db import connection

from cityloop.kernel import clock, statistics
from cityloop.kernel.models import Marker


def _rows_known(table: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        return float(cursor.fetchone()[0])


@pytest.mark.requirement("O04")
def test_an_empty_table_is_not_known_to_be_empty(db: None) -> None:
    Marker.objects.bulk_create(
        Marker(name=f"m{n}", value={}, set_at=clock.now()) for n in range(40)
    )
    statistics.refresh()
    assert _rows_known("kernel_marker") == Marker.objects.count()
    assert _rows_known("kernel_handed_in") == -1  # PostgreSQL's word for unknown
