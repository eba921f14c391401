"""The web process: pages and API."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import django

from cityloop.kernel import garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
garbage.not_while_loading()
django.setup()

from django.conf import settings  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from cityloop.intake import classifier  # noqa: E402
from cityloop.intake.operations import receiving  # noqa: E402
from cityloop.kernel import session, unread  # noqa: E402
from cityloop.kernel.machines import MachineHandler  # noqa: E402


def _machine_handler() -> MachineHandler:
    """The short road, behind layers of its own."""
    kept, settings.MIDDLEWARE = settings.MIDDLEWARE, settings.MACHINE_MIDDLEWARE
    try:
        return MachineHandler()
    finally:
        settings.MIDDLEWARE = kept


_people = WSGIHandler()
_machines = _machine_handler()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A token client takes the short road: half the work of a request were layers for browsers."""
    by_token = "HTTP_AUTHORIZATION" in environ and environ["PATH_INFO"].startswith("/api/")
    if by_token:
        answer = _machines(environ, start_response)
    else:
        session.drop_own_lost()
        answer = _people(environ, start_response)
    unread.read_off(environ)
    return answer


def served() -> Callable[..., Iterable[bytes]]:
    """The application for a web process, which serves nothing else and for long."""
    session.opened.watch()
    receiving.in_one_session()
    return application


get_resolver().url_patterns  # noqa: B018 (loads all pages now, not while the first visitor waits)
classifier.holder.ready()  # in the background: the first report has its suggestions, too
garbage.seldom()
