"""What only one may do at a time in the whole installation, whichever process it is in."""

from __future__ import annotations

from django.db import connection


def take_turn(name: str) -> None:
    """Wait for whoever has the turn of this name; ours ends with the transaction.

    Call it inside a transaction, and before reading what the turn is about.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
