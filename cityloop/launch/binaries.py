"""Find a PostgreSQL server with PostGIS: on the system, through apt, or unpacked without root."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cityloop.launch import apt
from cityloop.launch.errors import LaunchError

_OLDEST_MAJOR = 14
_NEEDED = ("initdb", "postgres", "psql")
_POSTGIS = re.compile(r"^postgresql-([0-9]+)-postgis-3$")  # apt knows no \d
# Never used by a private cluster: Debian's own cluster tools, JIT (off) and what serves only them.
_LEAVE_OUT = re.compile(
    r"^(postgresql-common|postgresql-client-common|ssl-cert|libllvm|libz3|perl|libperl|logrotate"
    r"|cron|debconf|ucf|sensible-utils|libjson-perl|lsb-base|adduser|locales|tzdata|netbase)"
)
_LZ4_SINCE = 15  # as a value of wal_compression

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Binaries:
    """The server's programs, and the variables they need to run."""

    folder: Path
    major: int
    source: str
    extra: tuple[tuple[str, str], ...] = ()
    lz4: bool = False  # can compress page images in the log with it

    def program(self, name: str) -> Path:
        """The path of initdb, postgres, psql ..."""
        return self.folder / name

    def environment(self) -> dict[str, str]:
        """Our environment without PG* variables, which would lead the programs elsewhere."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        return {**kept, "LC_ALL": "C.UTF-8", **dict(self.extra)}


def find_binaries(*, major: int | None = None, unpack_into: Path, say: Say) -> Binaries:
    """A server with PostGIS, of one major version where data of it exist already.

    Tries in this order: installed, apt as root, unpacking Debian packages below ``unpack_into``.
    Raises LaunchError that says what to install.
    """
    reasons: list[str] = []
    for way in (_installed, _by_apt, unpacked):
        try:
            if found := way(major, unpack_into, say):
                return found
        except LaunchError as error:
            reasons.append(str(error))
    raise LaunchError(_advice(major, reasons))


def _advice(major: int | None, reasons: list[str]) -> str:
    number = major or 15
    tried = (" What was tried: " + " | ".join(reasons)) if reasons else ""
    return (
        "No PostgreSQL server with PostGIS was found and none could be fetched. Install it, on "
        f"Debian or Ubuntu with: apt-get install postgresql-{number} postgresql-{number}-postgis-3"
        ", or set DATABASE_URL to a server you have "
        f"(postgresql://user:password@host/name).{tried}"
    )


def _folders() -> Iterator[Path]:
    """Where servers are installed: Debian, Red Hat, and whatever pg_config on PATH tells."""
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    yield from Path("/usr").glob("pgsql-*/bin")
    if tool := shutil.which("pg_config"):
        yield Path(_ask(Path(tool), "--bindir") or "/nonexistent")


def _ask(pg_config: Path, what: str, extra: tuple[tuple[str, str], ...] = ()) -> str:
    done = subprocess.run(
        [pg_config, what],
        env={**os.environ, **dict(extra)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def _examine(folder: Path, source: str, extra: tuple[tuple[str, str], ...] = ()) -> Binaries | None:
    """The programs in a folder, when they are complete and have PostGIS."""
    if not all((folder / name).is_file() for name in _NEEDED):
        return None
    config = folder / "pg_config"
    share = _ask(config, "--sharedir", extra) if config.is_file() else ""
    version = re.search(r"\d+", _ask(folder / "postgres", "--version", extra))
    if not version or int(version[0]) < _OLDEST_MAJOR:
        return None
    if not Path(share or folder.parent / "share", "extension", "postgis.control").is_file():
        return None
    built = _ask(config, "--configure", extra) if config.is_file() else ""
    lz4 = "--with-lz4" in built and int(version[0]) >= _LZ4_SINCE
    return Binaries(folder, int(version[0]), source, extra, lz4)


def _installed(major: int | None, _into: Path, _say: Say) -> Binaries | None:
    """The newest server of the system that has PostGIS."""
    found = [b for folder in _folders() if (b := _examine(folder, "system"))]
    fitting = [b for b in found if major in (None, b.major)]
    return max(fitting, key=lambda b: b.major, default=None)


def _choose_major(lists: apt.Apt, major: int | None) -> int:
    """The major version to fetch: the data's, else the installed server's, else the newest."""
    offered = {int(m[1]) for name in lists.search(_POSTGIS.pattern) if (m := _POSTGIS.match(name))}
    if major is not None:
        offered &= {major}
    if not offered:
        raise LaunchError("apt knows no package postgresql-NN-postgis-3 that fits.")
    servers = {int(m[0]) for f in _folders() if (m := re.search(r"\d+", f.parent.name))}
    return max(offered & servers or offered)


def _by_apt(major: int | None, _into: Path, say: Say) -> Binaries | None:
    """Install server and PostGIS as root."""
    if os.geteuid() != 0 or not apt.available():
        return None
    lists = apt.Apt()
    if not lists.search(_POSTGIS.pattern):
        lists.update()
    number = _choose_major(lists, major)
    packages = (f"postgresql-{number}", f"postgresql-{number}-postgis-3")
    say(f"Installing {' and '.join(packages)} with apt-get (about 200 MB, once) ...")
    with apt.no_main_cluster():
        apt.install(packages)
    return _installed(number, _into, say)


def unpacked(major: int | None, into: Path, say: Say) -> Binaries | None:
    """Debian packages unpacked into a folder of ours, or those of an earlier start."""
    for tree in sorted(into.glob("postgresql-*"), reverse=True):
        number = int(tree.name.rpartition("-")[2])
        if major in (None, number) and (found := _examine_tree(tree, number)):
            return found
    if not apt.available():
        return None
    cache = into / "apt"
    lists = apt.usable((f"postgresql-{major}-postgis-3",) if major else ("postgis",), cache)
    number = _choose_major(lists, major)
    say(f"Unpacking PostgreSQL {number} and PostGIS below {into} (about 80 MB to fetch, once) ...")
    server = (f"postgresql-{number}", f"postgresql-client-{number}")
    postgis = f"postgresql-{number}-postgis-3"
    tree = apt.unpack(
        (*server, postgis),
        always=(*server, postgis, f"{postgis}-scripts"),
        leave_out=_LEAVE_OUT,
        into=into / f"postgresql-{number}",
        cache=cache,
    )
    return _examine_tree(tree, number)


# Where libraries look for what goes with them; the system's own is found without a word.
_DATA = (("PROJ_DATA", "usr/share/proj"), ("GDAL_DATA", "usr/share/gdal"))


def _examine_tree(tree: Path, number: int) -> Binaries | None:
    """Make an unpacked tree usable in its place, and check that every library is found."""
    for control in tree.glob("usr/share/postgresql/*/extension/*-3.control"):
        plain = control.with_name(control.name.replace("-3.control", ".control"))
        if not plain.exists():  # Debian makes these links when it installs
            shutil.copyfile(control, plain)
    extra = variables_of(tree)
    _check_libraries(tree, extra)
    return _examine(tree / f"usr/lib/postgresql/{number}/bin", "unpacked", extra)


def variables_of(tree: Path) -> tuple[tuple[str, str], ...]:
    """What programs of an unpacked tree need in their environment. What the system has was not
    unpacked: its data are found without a word, and a folder that is not there would hide them."""
    data = ((name, tree / folder) for name, folder in _DATA)
    return (
        ("LD_LIBRARY_PATH", ":".join(map(str, library_folders(tree)))),
        *((name, str(folder)) for name, folder in data if folder.is_dir()),
    )


def library_folders(tree: Path) -> list[Path]:
    """Every folder of an unpacked tree with shared libraries (BLAS and LAPACK have their own)."""
    found = {
        library.parent
        for base in ("usr/lib", "lib")
        for pattern in ("*-linux-gnu*/*.so*", "*-linux-gnu*/*/lib*.so*")
        for library in (tree / base).glob(pattern)
    }
    return sorted(found, key=lambda folder: (len(folder.parts), folder))


def _check_libraries(tree: Path, extra: tuple[tuple[str, str], ...]) -> None:
    """LaunchError names the libraries that neither the tree nor the system has."""
    for module in tree.glob("usr/lib/postgresql/*/lib/postgis-3.so"):
        told = subprocess.run(
            ["ldd", module],
            env={**os.environ, **dict(extra)},
            capture_output=True,
            text=True,
            check=False,
        )
        lost = re.findall(r"(\S+) => not found", told.stdout)
        if lost:
            raise LaunchError(f"Unpacked PostGIS lacks {', '.join(lost)} in {tree}.")
