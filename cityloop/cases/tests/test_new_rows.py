"""What a new row leaves out is its model's default, whatever the database would say."""

from __future__ import annotations

import pytest

from cityloop.cases import record
from cityloop.cases.models import Case, Task, Timer
from cityloop.kernel import rows


@pytest.mark.requirement("O06")
@pytest.mark.parametrize("model", [Case, Timer, Task])
def test_a_row_of_own_values_is_the_row_of_all(model, db):
    """Read as the database reads it, from both, by every column that is written."""
    columns = {Case: record.CASE, Timer: record.TIMER, Task: record.TASK}[model]
    table = model._meta.db_table
    for given in ({}, dict.fromkeys(columns), {"units": [1], "is_late": None, "state": "x'\\%$1"}):
        made = rows.fresh(model, **{k: v for k, v in given.items() if k in columns})
        whole, short = rows.row_of(made, columns), rows.own_values(made, columns)
        assert {**rows._usual(model), **short} == {**rows._usual(model), **whole}
        read = [
            rows.all_rows(
                f"SELECT to_jsonb(r)::text FROM jsonb_populate_recordset({first}, $1::jsonb) AS r",
                [rows.orjson.dumps([some], default=rows.plain).decode()],
            )
            for first, some in (
                (f"NULL::{table}", whole),
                (rows._first_row(table, model), short),
            )
        ]
        assert read[0] == read[1]
