"""Nobody empties what proves something past the triggers of its rows."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("O01", "O02")]

# Tables whose rows are kept by triggers, and that may be emptied all the same: work to be done.
FREE = {"procrastinate_jobs", "geo_servicearea", "geo_mapsource"}
KEPT_BY_ROW = """
SELECT tgrelid::regclass::text, bool_or(tgtype & 32 > 0) FROM pg_trigger
WHERE NOT tgisinternal GROUP BY 1 HAVING bool_or(tgtype & 8 > 0)
"""


def test_whatever_refuses_to_lose_a_row_refuses_to_lose_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute(KEPT_BY_ROW)
        kept = dict(cursor.fetchall())
    assert len(kept) > 20
    assert {table for table, emptied in kept.items() if not emptied} == FREE


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE geo_unitgrid CASCADE",
        "TRUNCATE standards_filingrule CASCADE",
        "TRUNCATE standards_calendarchange",
        "TRUNCATE people_responsibility CASCADE",
    ],
)
def test_and_by_hand_too(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"append-only|pending trigger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
