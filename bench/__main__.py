"""`make bench`, or `python -m bench` with the names of ALL: all figures in one run."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench.frame import Figure, cluster, note, save

if TYPE_CHECKING:
    from django.test import Client

ALL = ("create", "lifecycle", "bulk", "import", "consoles", "million", "pages")


def main(names: list[str]) -> None:
    """Build the demo city in a durable cluster of its own, then measure."""
    if set(names) - set(ALL):
        sys.exit(f"usage: python -m bench [{' '.join(ALL)}]")
    wanted = [name for name in ALL if not names or name in names]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with cluster() as url:
        import django

        django.setup()
        from django.core.management import call_command

        from bench import yardstick
        from cityloop.cli.static import collect_static

        call_command("migrate", verbosity=0)
        collect_static()
        yard = note(Figure("the yardstick (16 connections)", yardstick.measure(url), "tps")).value
        run(wanted, yard)
    save(Path("var") / "bench.json")


def run(wanted: list[str], yard: float) -> None:
    """The chosen benchmarks in the demo city."""
    from bench import bulk, consoles, create, importing, lifecycle
    from cityloop.cases.tests import world as worlds
    from cityloop.demo import operations as city
    from cityloop.standards.models import Edition

    now = datetime.now(UTC)
    city.build(now=now)
    client, token = _administrator(now)
    if "create" in wanted:
        create.measure(yard, token)
    if {"lifecycle", "bulk"} & set(wanted):
        world = worlds.build()
        # Beside the city's own edition a draft would not hold.
        Edition.objects.filter(pk=world.problem_class.edition_id).update(
            status="published", published_at=now, published_by="bench"
        )
    if "lifecycle" in wanted:
        lifecycle.measure(world, yard)
    if "bulk" in wanted:
        bulk.measure(world)
    if "import" in wanted:
        importing.measure(yard)
    if "consoles" in wanted:
        many = int(os.environ.get("BENCH_CONSOLES", "500"))
        consoles.measure(token, consoles=many, seconds=int(os.environ.get("BENCH_SECONDS", "60")))
    if {"million", "pages"} & set(wanted):
        _at_a_million(wanted, client, now)


def _at_a_million(wanted: list[str], client: Client, now: datetime) -> None:
    from bench import million, pages

    million.fill(int(os.environ.get("BENCH_CASES", "1000000")))
    if "million" in wanted:
        million.measure(client, now=now)
    if "pages" in wanted:
        pages.measure()


def _administrator(now: datetime) -> tuple[Client, str]:
    """A signed-in browser and a token of a member with city-wide posts."""
    from django.test import Client

    from cityloop.kernel.actor import Actor
    from cityloop.people.models import Member
    from cityloop.people.operations import issue_token

    member = Member.objects.filter(
        holdings__post__roles__code="acceptor", holdings__post__region_codes=None
    ).first()
    _row, raw = issue_token(
        member=member, name="bench", actor=Actor.system("bench"), now=now,
    )  # fmt: skip
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client, raw


if __name__ == "__main__":
    main(sys.argv[1:])
