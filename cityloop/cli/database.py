"""`cityloop migrate`."""

from __future__ import annotations

import time

from cityloop.cli.output import AsJson, CommandError, finish, progress
from cityloop.cli.project import open_project


def migrate(as_json: AsJson = False) -> None:
    """Bring the database to this version's tables."""
    open_project()
    began = time.monotonic()
    applied = apply_migrations()
    seconds = time.monotonic() - began
    result = {"applied": applied, "seconds": round(seconds, 3)}
    sentence = f"{len(applied)} migrations applied in {seconds:.1f} s"
    finish(result, sentence, as_json=as_json)


def apply_migrations() -> list[str]:
    """Apply what is missing; returns the names. Nothing is printed but the progress bar.

    Roles get the permissions that this version has new.
    """
    from django.core.management import call_command

    from cityloop.kernel import clock
    from cityloop.people import operations as people

    waiting = pending_migrations()
    if waiting:
        with progress("Migrating the database") as advance:
            advance(0, len(waiting))
            call_command("migrate", verbosity=0, interactive=False)
            advance(len(waiting), len(waiting))
    people.seed_roles(now=clock.now())
    return waiting


def require_tables() -> None:
    """CommandError when the database is of another version: no command changes it unasked."""
    if waiting := pending_migrations():
        raise CommandError(
            f"The database lacks {len(waiting)} migrations of this version, first {waiting[0]}. "
            "Run: cityloop migrate"
        )


def pending_migrations() -> list[str]:
    """Names of the migrations that the database does not have yet; CommandError where it is too
    old for this version.
    """
    from cityloop.kernel.schema import OlderDatabase, waiting_migrations

    try:
        return waiting_migrations()
    except OlderDatabase as error:
        raise CommandError(str(error)) from error
