"""Open the project for a command: its database, then Django."""

from __future__ import annotations

import atexit
import os

from cityloop.kernel import garbage
from cityloop.launch.layout import Layout
from config import env


def open_project() -> None:
    """Find or start the database, give it back when the command ends, and set Django up.

    Files lie in DATA_DIR whoever has the database: what a command writes there, the next one takes
    for ours.
    """
    if env.text("DATABASE_URL"):
        Layout(env.path("DATA_DIR")).create()
    else:
        from cityloop.launch.ensure import hold_database

        hold = hold_database(env.path("DATA_DIR"))
        atexit.register(hold.release)
        os.environ["DATABASE_URL"] = hold.url
    garbage.not_while_loading()
    load_django()
    garbage.seldom()


def load_django() -> None:
    """Set Django up without needing a database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    # Commands talk to administrators and scripts: log lines and messages stay in one language.
    from django.utils import translation

    translation.activate("en")
