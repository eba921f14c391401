"""Open consoles: streams, and the lists that they fetch, against the real server processes.

A console does what live.js does: what is in sight of its list, or comes to it, it fetches within
0.3 s; what may only have moved, later. Once a second somebody takes a step through the API.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import resource
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection
from django.test import Client

from bench.create import bodies_of, free_port, wait
from bench.frame import Figure, note, percentile
from cityloop.cli import programs
from cityloop.desks import boxes
from cityloop.people.models import Member
from cityloop.people.queries import actor_for

NUMBERS = re.compile(rb'href="/cases/(\w+)/"')
HOLDS = re.compile(rb'data-live-status="([^"]*)"')
DESKS = ("acceptor", "shift_leader", "dispatcher", "supervisor", "leader", "evaluator",
         "district_platform", "unit_desk")  # fmt: skip
WHY = {"reason_code": "not_a_problem", "reason": "属小区内部事务。"}
Change = tuple[str, str]  # number and status


def measure(token: str, *, consoles: int, seconds: int) -> None:
    """p95 from the sending of a step to its row on a page, and the processors' share, with one
    console and with many."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    whose = _sessions(consoles)
    steps = iter(bodies_of(4 * seconds, seed=3))
    with servers() as (port, live, pids):
        alone = asyncio.run(_run(port, live, whose[:1], token, steps, seconds, pids))
        many = asyncio.run(_run(port, live, whose, token, steps, seconds, pids))
    unit = f"{len(whose)} consoles, a step a second"
    note(Figure(f"{unit}: p95 step -> row on the page", many.p95, "ms", "one console", alone.p95))
    note(Figure(f"{unit}: p95 step -> its number heard", many.heard, "ms", "one console",
                alone.heard))  # fmt: skip
    note(Figure(f"{unit}: processors of server and database", many.cores, "cores", "one console",
                alone.cores))  # fmt: skip
    print(f"  {many.fetches} lists fetched, {many.rows} rows seen, {many.counts} counters pushed")


@dataclass
class Outcome:
    """What a run came to: milliseconds, and cores in use on average."""

    p95: float
    heard: float
    cores: float
    fetches: int
    rows: int
    counts: int


@dataclass
class Line:
    """One kept connection, as a browser has for its pages."""

    port: int
    head: str
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ask(self, method: str, path: str, body: str = "", kind: str = "") -> bytes:
        """The body of a good answer; SystemExit for any other."""
        async with self.turn:
            # A server ends connections that were idle for a while; a browser then opens another.
            if self.streams is None or self.streams[0].at_eof():
                self.streams = await asyncio.open_connection("127.0.0.1", self.port)
            reader, writer = self.streams
            more = f"Content-Type: {kind}\r\n" if kind else ""
            sent = f"{method} {path} HTTP/1.1\r\nHost: localhost:{self.port}\r\n{self.head}{more}"
            writer.write(f"{sent}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            answer = await reader.readexactly(int(length[1]) if length else 0)
        if head[9:12] not in (b"200", b"201", b"204"):
            raise SystemExit(f"{method} {path}: {head!r} {answer[:500]!r}")
        return answer


class Console:
    """One browser: a stream, and a list that it keeps up to date."""

    def __init__(self, port: int, live: int, cookie: str, box: str) -> None:
        head = f"Cookie: {settings.SESSION_COOKIE_NAME}={cookie}\r\n"
        self.pages = Line(port, f"{head}HX-Request: true\r\n")
        self.signs = Line(live, head)
        self.live, self.head = live, head
        self.path = f"/cases/?{urlencode({'box': box})}"
        self.numbers: set[str] = set()
        self.holds: set[str] | None = None
        self.pending: set[Change] = set()
        self.heard: list[tuple[Change, float]] = []
        self.seen: list[tuple[Change, float]] = []
        self.fetches = self.counts = 0
        self.last = self.took = 0.0
        self.due: asyncio.TimerHandle | None = None
        self.tasks: list[asyncio.Task[None]] = []

    async def load(self) -> None:
        """Ask for the list, as a page does that is opened or told of a change."""
        shown, self.pending = self.pending, set()
        self.last = began = time.monotonic()
        found = await self.pages.ask("GET", self.path)
        now = time.monotonic()
        self.took = now - began
        self.fetches += 1
        self.numbers = {one.decode() for one in NUMBERS.findall(found)}
        holds = HOLDS.search(found)
        self.holds = set(holds[1].decode().split()) if holds else None
        self.seen += [(change, now) for change in shown]

    def ask(self, within: float, rest: float) -> None:
        """Load within so long, but `rest` after the last time, as live.js does."""
        loop, now = asyncio.get_running_loop(), time.monotonic()
        slow = (25 if rest > 1 else 4) * self.took
        due = loop.time() + max(within, self.last + max(rest, slow) - now)
        if self.due is not None and self.due.when() <= due:
            return
        if self.due is not None:
            self.due.cancel()
        self.due = loop.call_at(due, self._go)

    def _go(self) -> None:
        self.due = None
        task = asyncio.create_task(self.load())
        self.tasks.append(task)

    def hear(self, number: str, source: str, target: str) -> None:
        """A case changed: what is in sight or comes to the list is wanted soon."""
        change, holds = (number, target), self.holds
        self.heard.append((change, time.monotonic()))
        fits = holds is not None and target in holds and source not in holds
        if number in self.numbers or fits:
            self.pending.add(change)
            self.ask(random.uniform(0, 0.3), 1.0)
        elif holds is None or target in holds:
            self.ask(random.uniform(0, 0.3), 5.0 if holds is None else 15.0)

    async def listen(self) -> None:
        """Read the stream until the console is closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.live, limit=1 << 20)
        writer.write(f"GET /live/ HTTP/1.1\r\nHost: localhost\r\n{self.head}\r\n".encode())
        kind = ""
        try:
            while line := (await reader.readline()).decode().strip("\r\n"):
                pass  # the answer's head
            while raw := await reader.readline():
                line = raw.decode().strip("\r\n")
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: ") and kind == "case":
                    self.hear(*(*line.removeprefix("data: ").split(" "), "", "")[:3])
                elif line.startswith("data: ") and kind == "counts":
                    self.counts += 1
        finally:
            writer.close()

    async def sign(self) -> None:
        """The sign that an open page gives: it has a counter before it."""
        told = json.dumps({"tab": f"{id(self)}", "counters": True})
        while True:
            await self.signs.ask("POST", "/live/", told)
            await asyncio.sleep(25)


async def _run(
    port: int, live: int, whose: list[tuple[str, str]], token: str, steps: Iterator[str],
    seconds: int, pids: list[int],
) -> Outcome:  # fmt: skip
    """Open the consoles a few at a time, then take steps and see what comes of them."""
    consoles = [Console(port, live, cookie, box) for cookie, box in whose]
    tasks = []
    for first in range(0, len(consoles), 8):
        await asyncio.gather(*(one.load() for one in consoles[first : first + 8]))
    for one in consoles:
        tasks += [asyncio.create_task(one.listen()), asyncio.create_task(one.sign())]
        await asyncio.sleep(0.01)
    await asyncio.sleep(3)
    for one in consoles:
        one.seen, one.heard, one.fetches, one.counts = [], [], 0, 0
    began, used = time.monotonic(), _cpu(pids)
    sent = await _steps(port, token, steps, seconds)
    await asyncio.sleep(3)
    cores = (_cpu(pids) - used) / (time.monotonic() - began)
    for task in [*tasks, *(task for one in consoles for task in one.tasks)]:
        if task.done() and not task.cancelled() and (error := task.exception()):
            raise SystemExit(f"a console ended: {error!r}")
        task.cancel()
    seen = [at - sent[c] for one in consoles for c, at in one.seen if c in sent]
    heard = [at - sent[c] for one in consoles for c, at in one.heard if c in sent]
    if not seen or not heard:
        raise SystemExit("no console saw a step")
    return Outcome(
        1000 * percentile(seen, 0.95), 1000 * percentile(heard, 0.95), cores,
        sum(one.fetches for one in consoles), len(seen), sum(one.counts for one in consoles),
    )  # fmt: skip


async def _steps(port: int, token: str, steps: Iterator[str], seconds: int) -> dict[Change, float]:
    """Reports and rejections in turns, one a second; when each was sent."""
    line = Line(port, f"Authorization: Bearer {token}\r\n")
    sent: dict[Change, float] = {}
    waiting: dict[str, object] = {}
    start = time.monotonic()
    for second in range(seconds):
        await asyncio.sleep(max(0.0, start + second - time.monotonic()))
        at = time.monotonic()
        if waiting:
            path, version = f"/api/v1/cases/{waiting['case']}/steps", waiting["version"]
            step = {"action": "reject", "version": version, "inputs": WHY}
            taken = json.loads(await line.ask("POST", path, json.dumps(step), "application/json"))
            sent[taken["number"], taken["status"]] = at
            waiting = {}
        else:
            answer = await line.ask("POST", "/api/v1/reports", next(steps), "application/json")
            found = json.loads(answer)
            if not found["joined"] and found["status"] == "reported":
                sent[found["case"], found["status"]] = at
                waiting = found
    return sent


def _sessions(count: int) -> list[tuple[str, str]]:
    """So many sessions of members who work at desks, each with one of their own boxes: all people
    first, platforms before units, then the same with their next box."""
    turns: list[list[tuple[Member, str]]] = [[] for _turn in range(12)]
    for role in DESKS:
        members = Member.objects.filter(holdings__post__roles__code=role, active=True)
        for member in members.distinct().order_by("username"):
            actor = actor_for(member.pk, datetime.now(UTC))
            own = boxes.of(actor)[0] if actor.may("cases.view") else []
            for number, turn in enumerate(turns if own else ()):
                turn.append((member, own[number % len(own)].key))
    found = [one for turn in turns for one in turn][:count]
    return [(_signed_in(member), key) for member, key in found]


def _signed_in(member: Member) -> str:
    """The cookie of a new session."""
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


@contextmanager
def servers() -> Iterator[tuple[int, int, list[int]]]:
    """Web server, live process and worker as `cityloop serve` runs them: ports, and process ids
    with that of the database."""
    port, live = free_port(), free_port()
    environment = {**os.environ, "RATE_LIMITS": "0", "LOG_LEVEL": "WARNING",
                   "PORT": str(port), "LIVE_PORT": str(live)}  # fmt: skip
    where = programs.Where("127.0.0.1", port, live)
    table = (programs.web(where), programs.live(where), programs.worker())
    started = [subprocess.Popen(one.command, env=environment) for one in table]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        database = _stat(int(cursor.fetchone()[0]))[0]
    try:
        wait(port)
        _wait_for_live(live)
        yield port, live, [database, *(one.pid for one in started)]
    finally:
        for one in started:
            one.terminate()
        for one in started:
            one.wait(20)


def _wait_for_live(port: int) -> None:
    """Until the live process takes connections."""
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the live process does not answer")


def _stat(pid: int) -> tuple[int, float]:
    """(parent, seconds of the processor, those of ended children included)"""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1]), sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _cpu(pids: list[int]) -> float:
    """Seconds of the processor of these processes and all below them."""
    found: dict[int, tuple[int, float]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):  # it has just ended
                found[int(entry.name)] = _stat(int(entry.name))
    wanted = set(pids)
    while more := {pid for pid, (parent, _time) in found.items() if parent in wanted} - wanted:
        wanted |= more
    return sum(found[pid][1] for pid in wanted if pid in found)
