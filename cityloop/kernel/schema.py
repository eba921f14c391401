"""Which tables this database lacks: every command and the health page ask before they go on."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class OlderDatabase(Exception):
    """The database is of a version whose migrations this program has no more."""


def waiting_migrations() -> list[str]:
    """Names of the migrations that the database does not have yet, in order.

    OlderDatabase where it stopped half-way through migrations that were since drawn together:
    Django would take such a database for complete.
    """
    executor = MigrationExecutor(connection)
    applied = set(executor.loader.applied_migrations)
    for (app, name), migration in executor.loader.replacements.items():
        had = applied.intersection(migration.replaces)
        if had and (missing := [row for row in migration.replaces if row not in applied]):
            raise OlderDatabase(
                f"This database is of an earlier version: it has {len(had)} of the "
                f"{len(migration.replaces)} migrations that {app}.{name} stands for, and lacks "
                f"{missing[0][0]}.{missing[0][1]}. Nothing was changed. Bring it up to date with "
                "the last version that still had them, or begin a new one."
            )
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]
