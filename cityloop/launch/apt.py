"""Debian packages: installed by root, or unpacked into a folder by anybody."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cityloop.launch.errors import LaunchError

_INST = re.compile(r"^Inst (\S+) (?:\[[^\]]*\] )?\((\S+) ")
_CREATECLUSTER = Path("/etc/postgresql-common/createcluster.d/cityloop.conf")
_ENGLISH = {"LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}


class AptError(LaunchError):
    """apt could not do it; the text ends with its last words."""


def available() -> bool:
    """True on Debian and its family."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg-deb") is not None


def _run(command: Sequence[str], *, cwd: Path | None = None) -> str:
    """Output of an apt command; AptError with its last lines when it fails."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **_ENGLISH},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        words = " ".join(done.stderr.split()[-60:]) or " ".join(done.stdout.split()[-60:])
        raise AptError(f"{' '.join(command[:6])} ... failed: {words}")
    return done.stdout


@dataclass(frozen=True, slots=True)
class Apt:
    """apt with the system's package lists, or with ``options`` that give it lists of its own."""

    options: tuple[str, ...] = ()

    @staticmethod
    def private(folder: Path) -> Apt:
        """Lists and downloads below ``folder``: what an ordinary user may write."""
        for part in ("lists/partial", "cache/archives/partial"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        settings = {
            "Dir::State": folder,
            "Dir::State::lists": folder / "lists",
            "Dir::State::status": "/var/lib/dpkg/status",
            "Dir::State::extended_states": "/var/lib/apt/extended_states",
            "Dir::Cache": folder / "cache",
            "Debug::NoLocking": "true",
        }
        options = tuple(f"-o{name}={value}" for name, value in settings.items())
        return Apt(options)

    def update(self) -> None:
        """Fetch the package lists; a failing hook of the system is no failure of ours."""
        try:
            _run(["apt-get", *self.options, "-qq", "update"])
        except AptError:
            if not self.options or not self.search("^dpkg$"):
                raise

    def search(self, pattern: str) -> list[str]:
        """Names of the packages in the lists that match a regular expression."""
        found = _run(["apt-cache", *self.options, "search", "--names-only", pattern])
        return [line.split(" ")[0] for line in found.splitlines()]

    def candidate(self, package: str) -> str | None:
        """The version that would be installed, or None."""
        told = _run(["apt-cache", *self.options, "policy", package])
        version = re.search(r"Candidate: (\S+)", told)
        return version[1] if version and version[1] != "(none)" else None

    def missing(self, packages: Sequence[str]) -> dict[str, str]:
        """What installing would add to this system: package -> version."""
        told = _run(
            ["apt-get", *self.options, "-s", "--no-install-recommends", "install", *packages]
        )
        return {m[1]: m[2] for line in told.splitlines() if (m := _INST.match(line))}

    def download(self, packages: dict[str, str], into: Path) -> list[Path]:
        """Fetch the package files without installing them."""
        wanted = [f"{name}={version}" for name, version in packages.items()]
        _run(["apt-get", *self.options, "-q", "download", *wanted], cwd=into)
        return sorted(into.glob("*.deb"))


def install(packages: Sequence[str]) -> None:
    """apt-get install as root; waits for another apt, refreshes the lists when needed."""
    command = ["apt-get", "-y", "-q", "-oDPkg::Lock::Timeout=300", "--no-install-recommends"]
    command += ["-oDpkg::Options::=--force-confold", "install", *packages]
    if all(Apt().candidate(package) for package in packages):
        try:
            _run(command)
        except AptError:  # most likely lists that name versions no longer served
            Apt().update()
            _run(command)
        return
    Apt().update()
    _run(command)


@contextmanager
def no_main_cluster() -> Iterator[None]:
    """While PostgreSQL is installed, keep Debian from creating and starting its own cluster."""
    if shutil.which("pg_lsclusters") or _CREATECLUSTER.exists():
        yield  # an administrator uses Debian's clusters here: not ours to configure
        return
    _CREATECLUSTER.parent.mkdir(parents=True, exist_ok=True)
    _CREATECLUSTER.write_text("create_main_cluster = false\n")
    try:
        yield
    finally:
        _CREATECLUSTER.unlink(missing_ok=True)


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """Two starts at the same time do not unpack the same packages twice."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def usable(packages: Sequence[str], cache: Path) -> Apt:
    """The system's lists when they know the packages, else lists of our own, freshly fetched."""
    system = Apt()
    if all(system.candidate(package) for package in packages):
        return system
    own = Apt.private(cache)
    own.update()
    return own


def unpack(
    packages: Sequence[str],
    *,
    always: Sequence[str] = (),
    leave_out: re.Pattern[str],
    into: Path,
    cache: Path,
) -> Path:
    """Unpack packages and what they need beyond this system into a new folder, without root.

    ``always`` is fetched even where the system has it already; ``leave_out`` names what is never
    needed. Maintainer scripts do not run. The folder appears whole or not at all.
    """
    with _only_one(into.parent / f".{into.name}.lock"):
        if into.exists():
            return into
        apt = usable(packages, cache)
        try:
            return _unpack(apt, packages, always, leave_out, into)
        except AptError:
            if apt.options:
                raise
            own = Apt.private(cache)  # the system's lists are too old to download from
            own.update()
            return _unpack(own, packages, always, leave_out, into)


def _unpack(
    apt: Apt,
    packages: Sequence[str],
    always: Sequence[str],
    leave_out: re.Pattern[str],
    into: Path,
) -> Path:
    wanted = apt.missing(packages)
    for name in always:
        if name not in wanted and (version := apt.candidate(name)):
            wanted[name] = version
    wanted = {name: version for name, version in wanted.items() if not leave_out.match(name)}
    with tempfile.TemporaryDirectory(dir=into.parent, prefix=".unpack-") as scratch:
        tree, debs = Path(scratch, "tree"), Path(scratch, "debs")
        debs.mkdir()
        for deb in apt.download(wanted, debs):
            _run(["dpkg-deb", "-x", str(deb), str(tree)])
            deb.unlink()
        tree.rename(into)
    into.chmod(0o755)
    return into
