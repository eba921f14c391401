"""A world for every test of assets."""

from __future__ import annotations

import pytest

from cityloop.assets.tests import world as worlds


@pytest.fixture
def world(db) -> worlds.World:
    """Two districts, three classes, three units."""
    return worlds.build()


@pytest.fixture(autouse=True)
def plain_static_files(settings) -> None:
    """Pages without the hashed names that `collectstatic` makes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
