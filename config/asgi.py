"""The live process: one connection to the database, one open stream per browser."""

import os

import django

from cityloop.kernel import garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
garbage.not_while_loading()
django.setup()

from cityloop.desks.live import application  # noqa: E402

garbage.seldom()

__all__ = ["application"]
