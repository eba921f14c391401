"""A city's data are saved while it works, and stand again on another machine, proven."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from cityloop.cases import proof
from cityloop.cases.models import Case
from cityloop.cli import backup
from cityloop.kernel import files
from cityloop.kernel.models import StoredFile
from config import env
from tests import town as towns
from tests.conftest import MONDAY

Call = Callable[..., dict[str, Any]]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.requirement("O10", "O02")]


def server() -> dict[str, Any]:
    """How our server is reached, whatever the database."""
    given = connection.get_connection_params()
    return {k: given[k] for k in ("host", "port", "user", "password") if given.get(k)}


def caller(database: str, data: Path) -> Call:
    """Runs commands on a database of our server; the last line as an object, the code beside it."""
    keep = server()
    url = "postgresql:///{}?{}".format(database, "&".join(f"{k}={v}" for k, v in keep.items()))

    def call(*arguments: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "cityloop.cli.main", *arguments, "--json"], cwd=env.ROOT,
            env={**os.environ, "DATABASE_URL": url, "DATA_DIR": str(data)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return {**json.loads(done.stdout.splitlines()[-1]), "code": done.returncode}

    return call


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The name of an empty database."""
    keep = server()
    name = f"test_restored_{secrets.token_hex(3)}"
    with psycopg.connect(**keep, dbname="postgres", autocommit=True) as raw:
        raw.execute(f'CREATE DATABASE "{name}"')
        yield name
        raw.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.usefixtures("own_database", "own_files", "english")
def test_what_was_saved_stands_again_and_proves_itself(tmp_path: Path, elsewhere: str) -> None:
    town = towns.build(tmp_path, now=MONDAY)
    case = town.case("closed")
    proof.seal(now=town.now)
    here = caller(connection.settings_dict["NAME"], tmp_path)
    there = caller(elsewhere, tmp_path / "there")
    saved = here("backup", str(tmp_path / "saved"))
    stored = StoredFile.objects.count()
    assert (saved["code"], saved["files"], saved["copied"]) == (0, stored, stored)
    at = Path(saved["backup"])
    assert {path.name for path in at.iterdir()} >= {"database.dump", "backup.json", "notes.log"}
    assert at.stat().st_mode & 0o077 == 0, "personal data are for their owner only"

    restored = there("restore", str(at))
    assert (restored["code"], restored["files"], restored["waiting"]) == (0, stored, [])
    assert (tmp_path / "there" / "secret.key").read_bytes() == (at / "secret.key").read_bytes()
    findings = {one["name"]: one for one in there("check", "--chain")["findings"]}
    assert all(findings[name]["well"] for name in ("history", "files", "book", "orders")), findings
    assert "1 of the seals stand outside the database too" in findings["history"]["words"]
    # What is done there afterwards is provable too, and the same backup cannot be laid over it.
    assert "holds tables already" in there("restore", str(at))["error"]
    assert Case.objects.get(number=case.number).head == case.head

    town.wait(days=1)
    town.case("reported")
    again = here("backup", str(tmp_path / "saved"), "--keep", "1")
    assert (again["copied"], again["deleted"]) == (again["files"] - stored, [at.name])
    assert not at.exists()


@pytest.mark.usefixtures("own_database", "own_files", "english")
def test_a_damaged_or_unfinished_backup_changes_nothing(tmp_path: Path, elsewhere: str) -> None:
    town = towns.build(tmp_path, now=MONDAY)
    town.case("closed")
    here = caller(connection.settings_dict["NAME"], tmp_path)
    there = caller(elsewhere, tmp_path / "there")
    at = Path(here("backup", str(tmp_path / "saved"))["backup"])
    dump = at / "database.dump"
    whole = dump.read_bytes()
    dump.write_bytes(whole[:-200])
    assert "is damaged" in there("restore", str(at))["error"]
    dump.write_bytes(whole)
    (at / "backup.json").rename(at / "away.json")
    assert "no finished backup" in there("restore", str(at))["error"]
    (at / "away.json").rename(at / "backup.json")
    one = StoredFile.objects.earliest("pk").sha256
    kept = tmp_path / "saved" / "files" / one[:2] / one[2:4] / one
    kept.chmod(0o600)
    kept.write_bytes(b"another picture")
    assert "is not what it was when it was stored" in there("restore", str(at))["error"]
    # A photo that is gone here is told, and no backup without it is called finished.
    files.location(one).chmod(0o600)
    files.location(one).unlink()
    kept.unlink()
    town.now += timedelta(seconds=2)
    told = here("backup", str(tmp_path / "saved"))
    assert told["code"] == 1 and one in told["error"]
    assert len(list((tmp_path / "saved").glob("*/backup.json"))) == 1


def test_no_program_is_called_with_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of processes shows what each was called with."""
    given = {**connection.get_connection_params(), "password": "only-ours"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: given)
    called: list[tuple[list[str], dict[str, str]]] = []
    really = subprocess.run

    def run(command: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
        if Path(command[0]).name != "pg_restore":
            return really(command, **how)
        called.append((command, how["env"]))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(backup.subprocess, "run", run)
    backup._load(Path("city.dump"))
    [(command, environment)] = called
    assert command[-1] == "city.dump" and "only-ours" not in " ".join(command)
    assert environment["PGPASSWORD"] == "only-ours"
