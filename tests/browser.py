"""A browser of the town's people, for stories that go over pages."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from tests.town import Town

Browse = Callable[..., Client]


def browser_of(town: Town) -> Browse:
    """`browse(name, language)`: that person, signed in, reading that language."""

    def browser(name: str, language: str = "en") -> Client:
        client = Client(headers={"Accept-Language": language})
        client.cookies["django_language"] = language
        backend = "django.contrib.auth.backends.ModelBackend"
        client.force_login(town.members[name], backend=backend)
        return client

    return browser
