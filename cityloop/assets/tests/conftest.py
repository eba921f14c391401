"""A world for every test of assets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

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


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Reasons are read in English; pages choose their language by the request."""
    with translation.override("en"):
        yield
