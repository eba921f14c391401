"""What the planner knows of the tables, brought up to date after much was written."""

from __future__ import annotations

from django.db import connection
from psycopg import sql


def refresh() -> None:
    """Count the tables that hold rows. Empty ones stay unknown: one that is known to be empty is
    read whole by the plans that sessions keep, however it grows, until somebody counts again.
    """
    with connection.cursor() as cursor:
        tables = connection.introspection.django_table_names(only_existing=True)
        filled = []
        for name in map(sql.Identifier, tables):
            cursor.execute(sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(name))
            if cursor.fetchone() == (True,):
                filled.append(name)
        if filled:
            cursor.execute(sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(filled)))
