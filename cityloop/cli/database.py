"""`cityloop migrate`."""

from __future__ import annotations

import time

from cityloop.cli.output import AsJson, CommandError, finish, progress
from cityloop.cli.project import open_project
from config import env


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
            f"{which_database()} lacks {len(waiting)} migrations of this version, first "
            f"{waiting[0]}. Run: cityloop migrate. Or, where your city is in another folder or "
            "database, name it: DATA_DIR=/its/folder or DATABASE_URL=postgresql://..."
        )


def which_database() -> str:
    """The database that is looked at, for a person: by its folder, or by name and server.

    A command in the wrong folder begins an empty one there, and looks like a lost city.
    """
    from django.db import connection

    from cityloop.launch.ensure import running
    from cityloop.launch.layout import Layout

    begun = "django_migrations" in connection.introspection.table_names()
    what = "The database" if begun else "The empty database"
    given = connection.settings_dict
    folder = env.path("DATA_DIR")
    private = running(Layout(folder))
    if private and str(private.sockets) == given["HOST"]:
        return f"{what} in {folder} (DATA_DIR)"
    server = given["HOST"] or "this computer"
    port = f", port {given['PORT']}" if given["PORT"] else ""
    return f"{what} {given['NAME']} on {server}{port} (DATABASE_URL)"


def pending_migrations() -> list[str]:
    """Names of the migrations that the database does not have yet; CommandError where it is too
    old for this version.
    """
    from cityloop.kernel.schema import OlderDatabase, waiting_migrations

    try:
        return waiting_migrations()
    except OlderDatabase as error:
        raise CommandError(f"{which_database()}: {error}") from error
