"""Creating a case over HTTP: all of intake and open_case, durable, web server on the same cores."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from django.db import connection

from bench.frame import Figure, note
from bench.yardstick import CLIENTS
from cityloop.cli import programs

LUA = """
local bodies = {}
for line in io.lines(os.getenv("BENCH_BODIES")) do bodies[#bodies + 1] = line end
local n, threads = 0, 0
-- `first` is a global of the thread: a local would be 0 in both, and they would send the same.
function setup(thread) thread:set("first", threads); threads = threads + 1 end
function init(args) n = first * math.floor(#bodies / 2) end
request = function()
  n = n + 1
  return wrk.format("POST", "/api/v1/reports", {
    ["Content-Type"] = "application/json",
    ["Authorization"] = "Bearer " .. os.getenv("BENCH_TOKEN"),
  }, bodies[n % #bodies + 1])
end
local bad = 0
response = function(status) if status ~= 201 and status ~= 200 then bad = bad + 1 end end
"""


def measure(yardstick: float, token: str, *, seconds: int = 10) -> Figure:
    """Creates a second at 16 connections; every answer a success, every case counted."""
    if shutil.which("wrk") is None:
        raise SystemExit("the load generator wrk is missing: apt-get install wrk")
    before = _cases()
    with tempfile.TemporaryDirectory() as folder, server() as port:
        bodies, script = Path(folder) / "bodies", Path(folder) / "create.lua"
        script.write_text(LUA)
        environment = {"BENCH_BODIES": str(bodies), "BENCH_TOKEN": token}
        # Other bodies for the warm-up: a report sent again would join its case, not open one.
        bodies.write_text("\n".join(bodies_of(8_000, seed=1)))
        _wrk(port, script, environment, seconds=3)
        bodies.write_text("\n".join(bodies_of(4_000 * seconds, seed=2)))
        began, first = time.perf_counter(), _cases()
        text = _wrk(port, script, environment, seconds=seconds)
        made, took = _cases() - first, time.perf_counter() - began
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if errors:
        raise SystemExit(f"{errors.group(0)}\n{text}")
    latency = re.search(r"99%\s+([\d.]+\w+)", text)
    print(f"  {made} cases, {_cases() - before} with warm-up; p99 {latency and latency.group(1)}")
    return note(Figure("create a case over HTTP, 16 connections", made / took, "cases/s",
                       "the yardstick", yardstick))  # fmt: skip


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def server() -> Iterator[int]:
    """The web server as `cityloop serve` runs it, and the worker beside it."""
    port = free_port()
    environment = {**os.environ, "RATE_LIMITS": "0", "LOG_LEVEL": "WARNING"}
    where = programs.Where("127.0.0.1", port, live_port=0)
    web = subprocess.Popen(programs.web(where).command, env=environment)
    worker = subprocess.Popen(programs.worker().command, env=environment)
    try:
        wait(port)
        yield port
    finally:
        for process in (web, worker):
            process.terminate()
        for process in (web, worker):
            process.wait(20)


def wait(port: int) -> None:
    """Until each worker has answered: the port is open long before they have loaded the product."""
    answered = 0
    for _ in range(600):
        try:
            urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            answered += 1
        if answered > 2 * CLIENTS:
            return
    raise SystemExit("the web server does not answer")


def _wrk(port: int, script: Path, environment: dict[str, str], *, seconds: int) -> str:
    done = subprocess.run(
        ["wrk", "-t2", f"-c{CLIENTS}", f"-d{seconds}s", "--latency", "-s", str(script),
         f"http://127.0.0.1:{port}"],
        check=True, capture_output=True, text=True, env={**os.environ, **environment},
    )  # fmt: skip
    return done.stdout


def _cases() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_case")
        return int(cursor.fetchone()[0])


def bodies_of(count: int, seed: int) -> list[str]:
    """Reports all over the city, of many classes, in words of their own."""
    chance = random.Random(seed)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_X(ST_PointOnSurface(geom)), ST_Y(ST_PointOnSurface(geom)) FROM geo_unitgrid "
            "ORDER BY md5(code) LIMIT 20000"
        )
        points = cursor.fetchall()
        cursor.execute(
            "SELECT k.code FROM standards_problemclass k JOIN standards_edition e "
            "ON e.id = k.edition_id WHERE k.kind = 'event' AND e.code LIKE '330100%' "
            "OR e.code LIKE 'GBT%' AND k.kind = 'event'"
        )
        classes = [row[0] for row in cursor.fetchall()]
    return [json.dumps(_body(chance, *chance.choice(points), classes), ensure_ascii=False)
            for _ in range(count)]  # fmt: skip


def _body(chance: random.Random, x: float, y: float, classes: list[str]) -> dict[str, object]:
    words = chance.choice(["路面积水", "垃圾成堆", "摊贩占道", "围挡破损", "横幅乱挂"])
    return {
        "channel": "hotline12345", "text": f"{words}，第{chance.randrange(10**6)}号杆旁，请处理",
        "lon": x + chance.uniform(-2, 2) * 1e-4, "lat": y + chance.uniform(-2, 2) * 1e-4,
        "class_code": chance.choice(classes),
    }  # fmt: skip
