"""The live process: one connection to the database, one open stream per browser."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from cityloop.desks.live import application  # noqa: E402

__all__ = ["application"]
