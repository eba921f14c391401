"""One city for all conformance tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests import town as towns
from tests.conformance import city as cities

# Pages without the hashed names that `collectstatic` makes.
PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(scope="module")
def _built(module_database: DjangoDbBlocker, tmp_path_factory) -> Iterator[cities.City]:
    folder = tmp_path_factory.mktemp("city")
    (folder / "static").mkdir()
    own = {"MEDIA_ROOT": folder / "files", "STATIC_ROOT": folder / "static", "RATE_LIMITS": False}
    with override_settings(**own, STORAGES={**settings.STORAGES, "staticfiles": PLAIN}):
        with module_database.unblock():
            made = cities.build(folder)
        yield made


@pytest.fixture
def city(_built: cities.City, db: None) -> Iterator[cities.City]:
    """The city; what a test does to it is rolled back."""
    towns.forget()
    yield _built
    towns.forget()
