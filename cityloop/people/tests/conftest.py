"""A world for every test of people."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.utils import translation

from cityloop.people import queries
from cityloop.people.tests import world as worlds


@pytest.fixture(autouse=True)
def fresh_memory() -> None:
    """No actor remembered from another test."""
    queries.forget_actors()


@pytest.fixture(scope="module")
def built(prepared_database) -> Iterator[worlds.World]:
    """The smallest valid city as it begins."""
    with prepared_database("people", worlds.build) as made:
        yield made


@pytest.fixture
def world(built: worlds.World, db: None) -> worlds.World:
    """The smallest valid city; what the test does to it is rolled back."""
    return deepcopy(built)


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
