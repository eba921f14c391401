"""A small world, a browser without a screen, and actors without a sign-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone, translation

from cityloop.cases.tests import world as worlds
from cityloop.kernel.actor import Actor

As = Callable[[str], Client]
ACTORS: dict[str, Actor] = {}
PAGES = frozenset({"cases.view", "cases.step", "map.view", "intake.receive", "intake.reporter"})


def actor_of_test(request: HttpRequest) -> Actor | None:
    """Who the request says it is: sign-in is proven elsewhere."""
    return ACTORS.get(request.headers.get("X-Test-Actor", ""))


@pytest.fixture(autouse=True)
def pages(settings, tmp_path: Path) -> None:
    """Photos in the test's folder, plain static files, no rate limit."""
    settings.MEDIA_ROOT = tmp_path
    settings.ACTOR_OF = f"{__name__}.actor_of_test"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Sentences are compared in English."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def built(prepared_database) -> Iterator[worlds.World]:
    """The smallest valid city as it begins."""
    with prepared_database("cases", worlds.build) as made:
        yield made


@pytest.fixture
def world(built: worlds.World, db: None, monkeypatch) -> Iterator[worlds.World]:
    """The smallest valid city, rolled back after the test; the pages' clock is the world's."""
    made = deepcopy(built)
    monkeypatch.setattr("cityloop.kernel.clock.now", lambda: made.now)
    ACTORS.update(
        {
            name: Actor(**{**_fields(actor), "permissions": PAGES})
            for name, actor in made.actors.items()
        }
    )
    yield made
    ACTORS.clear()


def _fields(actor: Actor) -> dict[str, object]:
    return {name: getattr(actor, name) for name in Actor.__dataclass_fields__}


@pytest.fixture
def as_(world: worlds.World) -> As:
    """A browser of the person at this post, reading English."""

    def browser(name: str) -> Client:
        client = Client(headers={"X-Test-Actor": name, "Accept-Language": "en"})
        client.cookies["django_language"] = "en"
        return client

    return browser


@pytest.fixture
def today(world: worlds.World) -> str:
    """The world's local day."""
    return timezone.localdate(world.now).isoformat()
