"""`cityloop import-orders`: orders of the mayor's hotline from a file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from cityloop.cli.database import require_tables
from cityloop.cli.output import AsJson, finish, importing, require_some, say
from cityloop.cli.project import open_project

File = Annotated[Path, typer.Argument(help="CSV, XLSX or JSON.", exists=True, dir_okay=False)]


def import_orders(file: File, as_json: AsJson = False) -> None:
    """Import orders of 12345: each number opens once, bad rows are listed with their reasons.

    An order that was refused and is sent again opens a new round: its column sent_at (派单时间) is
    later than the refusal or, without that column, its row differs from every one before it.

    Each order is committed by itself; what broke off is imported again and goes on. Exit code 1
    when nothing was imported; 0 when some rows were, even if others were rejected (--json counts
    them).
    """
    open_project()
    require_tables()
    from cityloop.hotline import operations, reading
    from cityloop.kernel import clock
    from cityloop.kernel.actor import Actor

    actor, began = Actor.system("import 12345"), time.monotonic()
    with importing(f"Importing {file.name}", as_json=as_json) as advance:
        rows = reading.read(file.name, file.read_bytes())
        batch = operations.import_orders(
            rows, name=file.name, actor=actor, now=clock.now(), progress=advance
        )
    bad = len(batch.bad_rows)
    for row in [*batch.bad_rows[:50], *batch.warnings[:50]]:
        say(f"row {row['row']} ({row['number']}): {'; '.join(row['reasons'])}")
    result = {
        "imported": batch.opened, "joined": batch.joined + batch.known, "rejected": bad,
        "seconds": round(time.monotonic() - began, 3),
        "known": batch.known, "late": len(batch.warnings),
    }  # fmt: skip
    sentence = (
        f"{batch.opened} opened, {batch.joined} joined, {batch.known} known before, {bad} not taken"
    )
    if batch.warnings:
        sentence += f"; {len(batch.warnings)} whose outer deadline had passed"
    told = {**result, "bad_rows": batch.bad_rows, "warnings": batch.warnings}
    finish(told, sentence, as_json=as_json)
    require_some(batch.opened + batch.joined + batch.known, bad)
