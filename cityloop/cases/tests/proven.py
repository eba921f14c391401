"""What tests of the proof share: hands in the database, and what it finds in a transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from cityloop.cases import proof
from cityloop.kernel.faults import Broken


def sql(text: str) -> None:
    """Run SQL as somebody would by hand; deferred checks happen here."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(text)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def broken(now: datetime) -> list[Broken]:
    """What the proof finds; not that seals of a transaction that is rolled back are not noted."""
    found = proof.verify(now=now).broken
    return [one for one in found if "not noted outside the database" not in one.what]
