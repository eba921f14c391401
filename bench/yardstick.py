"""The yardstick: five plain statements in one transaction, by pgbench, 16 connections."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import psycopg

from bench.frame import pg_program, run
from config import env

CLIENTS = 16


def measure(url: str, *, seconds: int = 8) -> float:
    """Transactions a second; the same machine, cluster and durability as the product's run."""
    folder = env.path("CITYLOOP_SHARED") / "bench"
    if not folder.is_dir():
        raise SystemExit(f"no yardstick at {folder}: set CITYLOOP_SHARED")
    yard = _database(url, "yard")
    run(pg_program("psql"), "-q", "-v", "n=100000", "-f", str(folder / "yardstick-setup.sql"), yard)
    script = str(folder / "yardstick.pgbench")
    text = run(
        pg_program("pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2",
        "-T", str(seconds), "-f", script, yard,
    )  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", text)
    if found is None:
        raise SystemExit(text)
    return float(found.group(1))


def _database(url: str, name: str) -> str:
    """The URL of another database of the same cluster, made when it is missing."""
    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if not known.fetchone():
            connection.execute(f'CREATE DATABASE "{name}"')
    host = parse_qs(parts.query).get("host")
    other = parts._replace(path=f"/{name}")
    return other.geturl() if host or parts.hostname else url
