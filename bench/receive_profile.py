"""Where the time of one report goes: each stage of receive() alone, in microseconds.

Run: DATABASE_URL=... python -m bench.receive_profile [reports] [--profile]
Uses a database of its own beside the given one, made anew and dropped at the end.
"""

from __future__ import annotations

import cProfile
import os
import pstats
import random
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

NAME = "cl_receive_profile"
BATCH = 50
WORDS = "井盖路灯垃圾占道经营破损缺失暴露积水道路绿化带护栏广告牌公厕果皮箱小区门口旁边"


def main() -> None:
    """Build the city, measure, print, drop the database."""
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{NAME}"')
        try:
            os.environ["DATABASE_URL"] = urlsplit(url)._replace(path=f"/{NAME}").geturl()
            measure(int(next(iter(sys.argv[1:]), "500")))
        finally:
            if "--keep" not in sys.argv:
                connection.execute(f'DROP DATABASE IF EXISTS "{NAME}" WITH (FORCE)')


def measure(count: int) -> None:
    """Print microseconds a call of each stage."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)
    stages(count)


def stages(count: int) -> None:
    """Each stage alone, then the whole."""
    from cityloop.intake import operations
    from cityloop.intake.operations import incoming, judging
    from cityloop.intake.queries import asking
    from cityloop.intake.tests import city as cities

    cities.CELL = 0.02  # wide enough that chance neighbours are rare
    city = cities.build()
    actor = city.actors["acceptor"]
    reports, again = reports_of(city, count), reports_of(city, count)
    drafts = [incoming.prepare(one, actor=actor, now=city.now) for one in reports]
    found = [asking.context(draft.question()) for draft in drafts]
    pairs = list(zip(drafts, found, strict=True))
    show("prepare (shape, class, coordinates)", reports,
         lambda one: incoming.prepare(one, actor=actor, now=city.now))  # fmt: skip
    show("context (one SELECT, round trip)", drafts, lambda d: asking.context(d.question()))
    show("judge (checks)", pairs, lambda pair: judging.judge(*pair))
    show("likeness", pairs, lambda pair: judging.alike(*pair))
    writing_stages(pairs, actor, city.now)

    def whole() -> None:
        show("receive, whole", again, lambda one: operations.receive(
            one, actor=actor, now=city.now))  # fmt: skip

    if "--profile" in sys.argv:
        profile = cProfile.Profile()
        profile.runcall(whole)
        pstats.Stats(profile).sort_stats("tottime").print_stats(45)
    else:
        whole()


def reports_of(city: Any, count: int) -> list[Any]:
    """Reports all over the test city, of any class, each by a caller."""
    from cityloop.intake.tests import city as cities

    codes = list(city.classes)
    return [
        city.report(
            "hotline12345", x=cities.WEST + random.random() / 10,
            y=cities.SOUTH + random.random() / 10, class_code=random.choice(codes),
            text="".join(random.choices(WORDS, k=30)), address="文三路 100 号",
            reporter_name="张三", reporter_phone="13800000000",
        )
        for _ in range(count)
    ]  # fmt: skip


def writing_stages(pairs: list[Any], actor: Any, now: datetime) -> None:
    """From a decided report to its rows in the database."""
    from cityloop.cases import lifecycle, record
    from cityloop.cases import operations as cases
    from cityloop.intake.operations import opening, writing

    step = lifecycle.BY_ACTION["report"]
    changes: list[Any] = []
    rows: list[Any] = []

    def core(pair: Any) -> None:
        draft, where = pair
        new = opening.new_case(draft, where)
        change = cases.begin(new, step=step, actor=actor, now=now, case_id=where.case_id)
        cases.take(change, step)
        changes.append(change)

    def reports_rows(pair: Any) -> None:
        draft, where = pair
        rows.append(writing.rows_of(
            draft, case_id=where.case_id, ordinal=1, reporter_id=where.reporter_id))  # fmt: skip

    show("core in memory (new_case, begin, take)", pairs, core)
    show("rows of intake", pairs, reports_rows)
    show("write (one statement, round trip, commit)", list(zip(changes, rows, strict=True)),
         lambda pair: record.write([pair[0]], also=pair[1]))  # fmt: skip


def show(name: str, items: list[Any], act: Callable[[Any], object]) -> None:
    """Wall time, CPU of this process and of its database backend for each item.

    The tenth part of the batches that went quickest counts: the machine has other work.
    """
    from django.db import connection

    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    found = []
    for start in range(0, len(items), BATCH):
        wall, own, base = time.perf_counter(), time.process_time(), cpu_of(backend)
        for item in items[start : start + BATCH]:
            act(item)
        found.append((time.perf_counter() - wall, time.process_time() - own,
                      cpu_of(backend) - base))  # fmt: skip
    wall, own, base = (
        sorted(column)[len(found) // 10] / BATCH * 1e6 for column in zip(*found, strict=True)
    )
    print(f"{name:<46} {wall:>8.0f} us wall {own:>8.0f} us own CPU {base:>8.0f} us backend CPU",
          flush=True)  # fmt: skip


def cpu_of(pid: int) -> float:
    """Seconds that a process has been on a CPU; 0 where that cannot be seen."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return 0.0


if __name__ == "__main__":
    main()
