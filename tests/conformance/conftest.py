"""One city for all conformance tests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from tests import town as towns
from tests.conformance import browsers, filling
from tests.conformance import city as cities

# Pages without the hashed names that `collectstatic` makes.
PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture(scope="session")
def _folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    (folder / "static").mkdir()
    return folder


@pytest.fixture(scope="module")
def _built(prepared_database, django_db_blocker, _folder: Path) -> Iterator[cities.City]:
    own = {
        "MEDIA_ROOT": _folder / "files",
        "STATIC_ROOT": _folder / "static",
        "STORAGES": {**settings.STORAGES, "staticfiles": PLAIN},
        "RATE_LIMITS": False,
        **browsers.PUSH,
    }
    built = partial(filling.build, _folder)
    with override_settings(**own), prepared_database("city", built) as made:
        with django_db_blocker.unblock():
            cities.fingerprint()
        yield made


@pytest.fixture
def city(_built: cities.City, db: None) -> Iterator[cities.City]:
    """The city; what a test does to it is rolled back."""
    towns.forget()
    yield _built
    towns.forget()
