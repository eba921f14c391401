"""/healthz: what everybody learns of this installation, and what an administrator learns."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from cityloop.kernel import health
from cityloop.people.tests.world import PASSWORD, World

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("O10", "O08")]


def asked(client: Client) -> dict[str, Any]:
    """What /healthz tells, by part."""
    answer = client.get("/healthz")
    assert answer["Cache-Control"] == "no-store"
    return {one["name"]: one for one in json.loads(answer.content)["findings"]}


def test_strangers_learn_the_state_and_no_folder_or_version(client: Client, settings) -> None:
    told = asked(client)
    assert list(told) == ["database", "tables", "queue", "disk", "clock"]
    assert all(set(one) == {"name", "well", "figures"} for one in told.values())
    assert set(told["queue"]["figures"]) == {"waiting", "failed", "oldest"}
    text = client.get("/healthz").content.decode()
    assert str(settings.DATA_DIR) not in text and "PostGIS" not in text
    bad = client.get("/healthz", headers={"Authorization": "Bearer nobody"})
    assert "PostGIS" not in bad.content.decode()


def test_an_administrator_learns_the_words_and_nobody_else(client: Client, world: World) -> None:
    for role, words in (("acceptor", False), ("administrator", True)):
        member = world.holder("PLAT", role, password=PASSWORD)
        client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
        told = asked(client)
        assert ("words" in told["database"]) == words
    assert "PostGIS" in told["database"]["words"]


def test_what_a_failing_part_says_stays_inside(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_now: object) -> tuple[bool, str]:
        raise OSError("/srv/secret is gone")

    monkeypatch.setattr(health, "PARTS", (("disk", broken),))
    answer = client.get("/healthz")
    assert answer.status_code == 503 and "secret" not in answer.content.decode()
