"""The private cluster: made, shared, stopped, and recovered after every kind of kill."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from cityloop.launch import ensure, locks
from cityloop.launch.account import database_account
from cityloop.launch.cluster import Postmaster, data_folder, read_postmaster
from cityloop.launch.ensure import Hold
from cityloop.launch.errors import LaunchError
from cityloop.launch.layout import Layout
from cityloop.launch.processes import identify, wait_gone, working_in

pytestmark = pytest.mark.slow
Take = Callable[[], Hold]


def home_of(data_dir: Path) -> Path:
    return Layout(data_dir).home(database_account())


def server_of(data_dir: Path) -> Postmaster:
    found = read_postmaster(home_of(data_dir))
    assert found is not None
    return found


def ask(url: str, sql: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(sql).fetchone()
    return row[0] if row else None


def do(url: str, sql: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql)


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def keeper_of(data_dir: Path) -> int:
    status = Path(f"/proc/{server_of(data_dir).process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("PPid")).split()[1])


@pytest.mark.requirement("O01")
def test_first_start_gives_a_database_with_postgis_and_chinese_trigrams(empty_hold: Take) -> None:
    url = empty_hold().url
    assert ask(url, "SELECT postgis_lib_version()")
    assert (
        ask(url, "SELECT count(*) FROM pg_extension WHERE extname IN ('pg_trgm','btree_gist')") == 2
    )
    assert ask(url, "SELECT cardinality(show_trgm('井盖破损'))") == 5
    assert ask(url, "SHOW jit") == "off"
    assert ask(url, "SHOW synchronous_commit") == "on"
    # Debian builds its servers with it since 15.
    assert ask(url, "SHOW wal_compression") == "lz4"
    assert ask(url, "SHOW fsync") == "on"


@pytest.mark.requirement("H05")
def test_only_its_users_reach_it_and_never_by_tcp(hold: Take, data_dir: Path) -> None:
    url = hold().url
    server = server_of(data_dir)
    assert ask(url, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700
    assert ask(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    with pytest.raises(psycopg.OperationalError, match=r"(?i)peer authentication failed"):
        psycopg.connect(url.replace("cityloop@", "postgres2@"))


def test_the_role_can_make_databases_with_postgis(hold: Take) -> None:
    url = hold().url
    do(url, "CREATE DATABASE another")
    assert ask(url.replace("/cityloop?", "/another?"), "SELECT postgis_lib_version()")


def test_the_last_release_stops_it_and_the_next_start_has_the_data(
    hold: Take, data_dir: Path
) -> None:
    first = hold()
    do(first.url, "CREATE TABLE kept AS SELECT 42 AS n")
    server = server_of(data_dir).process
    first.release()
    assert not server.alive
    assert read_postmaster(home_of(data_dir)) is None
    assert ask(hold().url, "SELECT n FROM kept") == 42


def test_a_second_user_shares_the_running_server_and_the_first_may_leave(
    hold: Take, data_dir: Path
) -> None:
    first, second = hold(), hold()
    server = server_of(data_dir).process
    assert second.url == first.url
    first.release()
    assert server.alive
    assert ask(second.url, "SELECT 1") == 1
    second.release()
    assert not server.alive


def test_the_server_outlives_the_command_that_started_it_while_another_uses_it(
    hold: Take, data_dir: Path
) -> None:
    script = (
        "import sys; from pathlib import Path; from cityloop.launch.ensure import hold_database\n"
        "share = hold_database(Path(sys.argv[1])); print(share.url, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        command.stdout.readline()
        share = hold()
        command.kill()
        command.wait()
    time.sleep(0.3)
    assert ask(share.url, "SELECT 1") == 1


def test_when_every_user_is_killed_the_server_stops_by_itself(data_dir: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path\n"
        "from cityloop.launch.ensure import hold_database\n"
        "hold_database(Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(data_dir)], check=False)
    wait_for(lambda: read_postmaster(home_of(data_dir)) is None)
    wait_for(lambda: not locks.is_held(data_dir / "run", "keeper"))


@pytest.mark.fault
@pytest.mark.requirement("O05")
def test_a_killed_server_comes_back_with_what_was_committed(hold: Take, data_dir: Path) -> None:
    url = hold().url
    do(url, "CREATE TABLE kept AS SELECT 1 AS n")
    before = server_of(data_dir).process
    do(url, "INSERT INTO kept VALUES (2)")
    os.kill(before.pid, signal.SIGKILL)
    wait_gone(before, 5)
    wait_for(lambda: ensure.running(Layout(data_dir)) is not None)
    assert ask(url, "SELECT sum(n) FROM kept") == 3
    assert server_of(data_dir).process != before


@pytest.mark.fault
def test_a_killed_keeper_is_noticed_and_replaced(hold: Take, data_dir: Path) -> None:
    share = hold()
    do(share.url, "CREATE TABLE kept AS SELECT 7 AS n")
    os.kill(keeper_of(data_dir), signal.SIGKILL)
    wait_for(lambda: share.revive(lambda _words: None))
    assert ask(share.url, "SELECT n FROM kept") == 7


@pytest.mark.fault
@pytest.mark.requirement("O05")
def test_after_killing_everything_the_next_start_recovers(hold: Take, data_dir: Path) -> None:
    share = hold()
    do(share.url, "CREATE TABLE kept AS SELECT 5 AS n")
    keeper, folder = keeper_of(data_dir), data_folder(home_of(data_dir))
    everything = [*working_in(folder), identify(keeper)]
    for process in everything:
        with suppress(ProcessLookupError):  # the server's children end by themselves without it
            if process:
                os.kill(process.pid, signal.SIGKILL)
    share.release()
    assert (folder / "postmaster.pid").exists()
    assert ask(hold().url, "SELECT n FROM kept") == 5


@pytest.mark.fault
def test_a_stale_pid_file_that_names_a_foreign_process_does_not_hinder(
    hold: Take, data_dir: Path
) -> None:
    hold().release()
    folder = data_folder(home_of(data_dir))
    stale = f"{os.getpid()}\n{folder}\n1\n5432\n{data_dir}\n\n1 1\nready\n"
    (folder / "postmaster.pid").write_text(stale)
    assert ensure.running(Layout(data_dir)) is None
    assert ask(hold().url, "SELECT 1") == 1
    assert identify(os.getpid()) is not None


def test_an_interrupted_initdb_is_begun_anew(empty_hold: Take, empty_data_dir: Path) -> None:
    layout = Layout(empty_data_dir)
    layout.create()
    home = layout.home(database_account())
    half = home / "data.new" / "base"
    half.mkdir(parents=True)
    os.chown(home, database_account().uid, database_account().gid)
    assert ask(empty_hold().url, "SELECT 1") == 1
    assert not half.exists()


def test_a_deep_folder_gets_a_socket_path_that_the_kernel_takes(data_dir: Path) -> None:
    deep = data_dir / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    share = ensure.hold_database(deep, say=lambda _words: None)
    sockets = server_of(deep).sockets
    try:
        assert ask(share.url, "SELECT 1") == 1
        assert not sockets.is_relative_to(deep)
    finally:
        share.release()
    assert not sockets.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account to lock out")
def test_below_a_private_folder_of_root_the_cluster_moves_out(data_dir: Path) -> None:
    private = data_dir / "private"
    private.mkdir(mode=0o700)
    share = ensure.hold_database(private / "var", say=lambda _words: None)
    layout = Layout(private / "var")
    home = layout.home(database_account())
    try:
        assert ask(share.url, "SELECT 1") == 1
        assert home.is_relative_to("/var/lib/cityloop")
        assert layout.pointer.read_text().strip() == str(home)
        copy = Layout(private / "copy")
        copy.create()
        copy.pointer.write_text(f"{home}\n")
        copy.erase(database_account())
        assert home.exists()
    finally:
        share.release()
        layout.erase(database_account())
    assert not home.exists()


def test_data_of_a_version_that_is_not_here_say_what_to_install(
    hold: Take, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold().release()
    (data_folder(home_of(data_dir)) / "PG_VERSION").write_text("9.6\n")
    monkeypatch.setattr("cityloop.launch.apt.available", lambda: False)
    with pytest.raises(LaunchError, match=r"apt-get install postgresql-9 .* DATABASE_URL"):
        hold()


def test_a_throw_away_cluster_leaves_nothing() -> None:
    share = ensure.hold_throw_away(say=lambda _words: None)
    folder = share.layout.data_dir
    assert ask(share.url, "SHOW fsync") == "off"
    share.release()
    assert not folder.exists()
