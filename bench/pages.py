"""Every page that a post opens, at a million cases: p95 of the whole stack but the socket."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from django.test import Client

from bench.frame import Figure, note, percentile, timed
from cityloop.desks.desks import DESKS, Desk
from cityloop.kernel import garbage
from cityloop.people.models import Member

ROUNDS, LEAST, SECONDS = 40, 9, 3.0  # a page that is far too slow is not asked forty times
WANTED = 150.0  # ms
BACKEND = "django.contrib.auth.backends.ModelBackend"
BESIDE = ("/", "/cases/", "/cases/?q=井盖", "/map/", "/palette/?q=井盖", "/manual/?q=井盖")
LEADERS = ("/today/", "/month/", "/ranking/", "/heat/", "/wall/")


def measure() -> None:
    """The slowest page of each desk, with how many pages it has, and each that is too slow."""
    garbage.seldom()  # as in every web process
    found = [
        (desk.key, path, _taken(client, path))
        for desk, client in _clients()
        for path in _paths(desk, client)
    ]
    for key, group in groupby(found, key=lambda one: one[0]):
        rows = sorted(group, key=lambda one: -one[2])
        _key, path, slowest = rows[0]
        note(Figure(f"desk {key}: slowest of {len(rows)}, {path}", slowest, "ms", "150 ms", WANTED))
    for key, path, taken in sorted(found, key=lambda one: -one[2]):
        if taken > WANTED:
            note(Figure(f"too slow: {key} {path}", taken, "ms", "150 ms", WANTED))


def _taken(client: Client, path: str) -> float:
    first = timed(lambda: _get(client, path), LEAST)
    rounds = min(ROUNDS, int(SECONDS / (sum(first) / LEAST / 1000)))
    return percentile([*first, *timed(lambda: _get(client, path), rounds - LEAST)], 0.95)


def _clients() -> Iterator[tuple[Desk, Client]]:
    """For each desk a browser of one who works there, of those who see most."""
    for desk in DESKS:
        rows = Member.objects.filter(active=True, holdings__post__roles__code__in=desk.posts)
        member = rows.order_by("holdings__post__organisation__path", "pk").first()
        if member is not None:
            client = Client()
            client.force_login(member, backend=BACKEND)
            yield desk, client


def _paths(desk: Desk, client: Client) -> Iterator[str]:
    for box in desk.boxes:
        path = f"/desk/{box}/"
        yield path
        number = re.search(rb'id="row-(\w+)"', _get(client, path))
        if number:
            yield f"{path}?case={number[1].decode()}"
    yield from BESIDE
    for path in LEADERS:
        if client.get(path).status_code == 200:
            yield path


def _get(client: Client, path: str) -> bytes:
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code} {answer.content[:300]!r}")
    return answer.content
