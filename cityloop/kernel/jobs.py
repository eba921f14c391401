"""Work that may follow: one procrastinate task that calls a declared function of some jobs.py."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any

import orjson
from django.db import connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from cityloop.kernel import clock, fingerprints, manifest, upkeep
from cityloop.kernel.models import RememberedCall

TASK = "cityloop.deliver"
QUEUE = "default"


@lru_cache(maxsize=256)
def handlers(topic: str) -> tuple[str, ...]:
    """Dotted functions that the manifests subscribe to a topic."""
    return tuple(manifest.subscribers(topic))


def job_rows(topic: str, payload: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows that a writer inserts with its own statement: one a subscriber, none without."""
    return [{"handler": handler, "topic": topic, "payload": payload} for handler in handlers(topic)]


def defer(topic: str, payload: dict[str, Any]) -> int:
    """Queue a topic's work inside the open transaction; returns how many jobs. Ids, no names."""
    rows = job_rows(topic, payload)
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(INSERT, [orjson.dumps(rows).decode()])
    return len(rows)


def tell(topic: str, **facts: Any) -> list[str]:
    """Call a topic's subscribers at once, inside the open transaction.

    For what must hold together with the change itself, where `defer` would leave a gap. Returns
    the sentences that they have to say about it.
    """
    said: list[str] = []
    for handler in handlers(topic):
        module, name = handler.rsplit(".", 1)
        said += getattr(import_module(module), name)(**facts) or ()
    return said


# The same insert serves a single job and a bulk write; args is what `deliver` receives.
INSERT = f"""
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, status)
SELECT '{QUEUE}', '{TASK}', 0, NULL, NULL, job, 'todo'
FROM jsonb_array_elements(%s::jsonb) AS job
"""  # noqa: S608 (constants only)


@app.task(name=TASK, queue=QUEUE, retry=RetryStrategy(max_attempts=8, exponential_wait=3))
def deliver(handler: str, topic: str, payload: dict[str, Any]) -> None:
    """Call one subscriber. Only functions that a manifest declares are ever called."""
    if handler not in handlers(topic):
        raise LookupError(f"{handler} does not subscribe to {topic}")
    module, name = handler.rsplit(".", 1)
    getattr(import_module(module), name)(**payload)


def give_way() -> int:
    """What waits now goes after everything that comes later; returns how many jobs.

    For a great lot of old work, such as simulated days: living people wait for none of it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET priority = -1 WHERE status = 'todo' AND priority >= 0"
        )
        return int(cursor.rowcount)


def forget_old_calls() -> int:
    """Drop remembered calls older than a day; returns how many."""
    old = RememberedCall.objects.filter(called_at__lt=clock.now() - timedelta(days=1))
    return old.delete()[0]


def note_disks() -> None:
    """Keep how much of the disks is free, for the trend on the health page."""
    upkeep.note_disks(now=clock.now())


def take_fingerprints() -> int:
    """Digest the rows that nothing may change any more; returns how many are new."""
    return fingerprints.take(now=clock.now())


def retry_stalled_jobs() -> int:
    """Jobs whose worker died go back to the queue; finished ones older than a day are dropped."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE procrastinate_jobs j SET status = 'todo', worker_id = NULL
               WHERE status = 'doing' AND NOT EXISTS (
                 SELECT 1 FROM procrastinate_workers w
                 WHERE w.id = j.worker_id AND w.last_heartbeat > now() - interval '60 seconds')"""
        )
        retried = int(cursor.rowcount)
        cursor.execute(
            """DELETE FROM procrastinate_jobs j WHERE status = 'succeeded' AND NOT EXISTS (
                 SELECT 1 FROM procrastinate_events e
                 WHERE e.job_id = j.id AND e.at > now() - interval '1 day')"""
        )
    return retried
