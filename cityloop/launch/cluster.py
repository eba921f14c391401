"""A private PostgreSQL + PostGIS cluster: made, started and stopped by the program that owns it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from cityloop.launch import layout, processes, tuning
from cityloop.launch.account import Account, current_account
from cityloop.launch.binaries import Binaries
from cityloop.launch.errors import LaunchError

ROLE = DATABASE = "cityloop"
_SOCKET_LINE, _STATUS_LINE = 4, 7  # of postmaster.pid
_EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
_READY_SECONDS = 120.0  # recovery after a crash replays at most max_wal_size
_CLEARED_UP_SECONDS = 15.0


class ClusterError(LaunchError):
    """The cluster cannot be made or started; the text ends with what PostgreSQL said."""


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What postmaster.pid tells of a running server."""

    process: processes.Identity
    sockets: Path
    ready: bool


def data_folder(home: Path) -> Path:
    """PostgreSQL's data directory."""
    return home / "data"


def data_major(home: Path) -> int | None:
    """The major version that wrote the data; None when there are none yet."""
    try:
        return int((data_folder(home) / "PG_VERSION").read_text().split(".")[0])
    except FileNotFoundError:
        return None


def read_postmaster(home: Path) -> Postmaster | None:
    """The running server of this cluster; None also for a stale file of a killed one."""
    folder = data_folder(home)
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
        who = processes.identify(int(lines[0]))
        at_home = who and Path(f"/proc/{who.pid}/cwd").readlink() == folder.resolve()
    except (FileNotFoundError, ValueError, IndexError):
        return None
    if not who or not at_home or len(lines) <= _SOCKET_LINE:
        return None
    ready = len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"
    return Postmaster(who, Path(lines[_SOCKET_LINE].strip()), ready)


def database_url(sockets: Path, name: str = DATABASE) -> str:
    """The address of a database behind a socket folder."""
    return f"postgresql://{ROLE}@/{name}?host={quote(str(sockets), safe='/')}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster in ``home``, run by ``account``. ``durable=False`` may lose data in a crash."""

    home: Path
    binaries: Binaries
    account: Account
    durable: bool = True

    @property
    def folder(self) -> Path:
        """PostgreSQL's data directory."""
        return data_folder(self.home)

    def initialise(self) -> None:
        """Make the cluster where there is none; an interrupted attempt leaves nothing behind."""
        layout.private_folder(self.home, self.account)
        if data_major(self.home) is not None:
            return
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._run(
            "initdb",
            *("-D", fresh, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"),
            *("--auth-local=peer", "--auth-host=reject", "--no-instructions"),
            *(() if self.durable else ("--no-sync",)),
        )
        self._as_owner(fresh / "pg_hba.conf", "local all all peer map=cityloop\n")
        self._as_owner(fresh / "pg_ident.conf", self._who_may_connect())
        with (fresh / "postgresql.conf").open("a") as file:
            file.write("include 'cityloop.conf'\n")
        fresh.rename(self.folder)

    def _who_may_connect(self) -> str:
        """The operating system's users and the roles they may take: nobody else gets in."""
        names = {self.account.name, current_account().name}
        allowed = [(name, ROLE) for name in sorted(names)] + [(self.account.name, "postgres")]
        return "".join(f'cityloop "{name}" {role}\n' for name, role in allowed)

    def _as_owner(self, file: Path, text: str) -> None:
        file.write_text(text)
        os.chown(file, self.account.uid, self.account.gid)

    def clear_remains(self) -> None:
        """After kill -9: end what is left of an earlier server and remove its stale notes.

        Call it only while holding the keeper's lock: nobody else starts this cluster then.
        """
        if left := read_postmaster(self.home):
            processes.wait_gone(left.process, _CLEARED_UP_SECONDS)  # it may be shutting down
            processes.end(left.process, signal.SIGQUIT)
        for backend in processes.working_in(self.folder):
            processes.end(backend, signal.SIGTERM, grace=2.0)
        # A number in these files may by now belong to another process of the same user, which
        # PostgreSQL would take for a running server; we have just made sure that there is none.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        sockets = layout.socket_folder(self.home, self.account)
        for stale in sockets.glob(".s.PGSQL.*"):
            stale.unlink(missing_ok=True)

    def leave_sockets(self) -> None:
        """After the server has stopped: remove a socket folder that lies outside `home`."""
        sockets = layout.socket_folder(self.home, self.account)
        if sockets.parent != self.home:
            shutil.rmtree(sockets, ignore_errors=True)

    def start(self, output: int | IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the server as our child; it shuts down by itself when we die."""
        sockets = layout.socket_folder(self.home, self.account)
        settings = tuning.server_settings(
            sockets=sockets, memory=tuning.usable_memory(), durable=self.durable,
            lz4=self.binaries.lz4,
        )  # fmt: skip
        self._as_owner(self.folder / "cityloop.conf", tuning.as_file(settings))
        return processes.spawn(
            [self.binaries.program("postgres"), "-D", self.folder],
            env=self.binaries.environment(),
            cwd=self.home,
            output=output,
            account=self.account,
            death_signal=signal.SIGINT,  # fast shutdown
        )

    def wait_ready(self, server: subprocess.Popen[bytes]) -> Postmaster:
        """Wait until the server takes connections; ClusterError when it ends instead."""
        until = time.monotonic() + _READY_SECONDS
        while time.monotonic() < until:
            if server.poll() is not None:
                raise ClusterError("PostgreSQL ended while it was starting.")
            if (found := read_postmaster(self.home)) and found.ready:
                return found
            time.sleep(0.02)
        raise ClusterError(f"PostgreSQL did not get ready within {_READY_SECONDS:.0f} seconds.")

    def prepare(self, postmaster: Postmaster) -> None:
        """Make role, database and extensions, once.

        The extensions go into template1: then a role without special rights can make databases
        that have PostGIS, which the tests need and the product should not need more than.
        """
        done = self.home / "prepared"
        if done.exists():
            return
        create = "; ".join(f"CREATE EXTENSION IF NOT EXISTS {name}" for name in _EXTENSIONS)
        self._sql(postmaster, "template1", create)
        self._sql(postmaster, "postgres", _MAKE_ROLE)
        self._sql(postmaster, "postgres", _MAKE_DATABASE)
        if not self.durable:
            self._sql(postmaster, "postgres", _LET_TAMPER)
        self._as_owner(done, "role, database and extensions exist\n")

    def _sql(self, postmaster: Postmaster, database: str, script: str) -> None:
        where = ("-h", postmaster.sockets, "-U", "postgres", "-d", database)
        self._run("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *where, script=script)

    def _run(self, program: str, *arguments: str | Path, script: str = "") -> None:
        other = self.account.uid != os.geteuid()
        done = subprocess.run(
            [self.binaries.program(program), *map(str, arguments)],
            env=self.binaries.environment(),
            cwd=self.home,
            input=script,
            user=self.account.uid if other else None,
            group=self.account.gid if other else None,
            extra_groups=[] if other else None,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())
            raise ClusterError(f"{program} failed in {self.home}: {said}")


_MAKE_ROLE = """
SELECT 'CREATE ROLE cityloop LOGIN CREATEDB'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cityloop') \\gexec
GRANT pg_monitor, pg_signal_backend TO cityloop;
"""
# Tests tamper with rows behind the triggers' back, to see that it is found out.
_LET_TAMPER = """
SELECT CASE WHEN current_setting('server_version_num')::int >= 150000
  THEN 'GRANT SET ON PARAMETER session_replication_role TO cityloop'
  ELSE 'ALTER ROLE cityloop SUPERUSER' END \\gexec
"""
_MAKE_DATABASE = """
SELECT 'CREATE DATABASE cityloop OWNER cityloop'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'cityloop') \\gexec
"""
