"""Where everything of one DATA_DIR lives."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from cityloop.launch.account import Account, can_enter
from cityloop.launch.errors import LaunchError

_SOCKET_NAME = ".s.PGSQL.5432"
_LONGEST_SOCKET = 107  # sun_path of a unix socket holds 108 bytes with the closing zero
_OURS = ("postgres", "files", "models", "static", "logs", "run")
_SIGNS = ("run/users.lock", "run/supervisor.lock", "files/witness")  # what nobody else leaves
_SYSTEM_STATE = Path("/var/lib/cityloop")


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders below one DATA_DIR; one private cluster belongs to one DATA_DIR."""

    data_dir: Path

    @property
    def logs(self) -> Path:
        """One file per process."""
        return self.data_dir / "logs"

    @property
    def run(self) -> Path:
        """Locks, and notes about running processes."""
        return self.data_dir / "run"

    @property
    def pointer(self) -> Path:
        """Names the cluster's folder when it could not be inside DATA_DIR."""
        return self.data_dir / "cluster.path"

    @property
    def is_ours(self) -> bool:
        """True when CityLoop has run here: only then is anything of it deleted."""
        try:
            return any((self.data_dir / sign).exists() for sign in _SIGNS)
        except PermissionError:  # of another user: `create` says so
            return True

    def _refuse_others(self) -> None:
        """LaunchError where folders that would be ours hold what somebody else put there."""
        if self.is_ours:
            return
        taken = [name for name in _OURS if _holds_something(self.data_dir / name)]
        if taken:
            raise LaunchError(
                f"DATA_DIR={self.data_dir} holds other files in {', '.join(taken)}: "
                "name an empty folder"
            )

    def create(self) -> None:
        """Make the folders; LaunchError when they belong to somebody else."""
        try:
            self.data_dir.exists()
        except PermissionError as error:
            raise LaunchError(
                f"DATA_DIR={self.data_dir} lies in a folder that you may not enter: name another"
            ) from error
        if self.data_dir.exists() and not self.data_dir.is_dir():
            raise LaunchError(f"DATA_DIR={self.data_dir} is a file; name a folder")
        if not self.data_dir.exists():
            try:
                self.data_dir.mkdir(parents=True)
            except OSError as error:
                why = error.strerror or str(error)
                raise LaunchError(f"DATA_DIR={self.data_dir} cannot be made: {why}") from error
            self.data_dir.chmod(0o711)  # the database's account must pass through, not read
        self._refuse_others()
        try:
            for folder in (self.logs, self.run, self.data_dir / "files"):
                folder.mkdir(mode=0o700, exist_ok=True)  # photos and logs hold personal data
            if not os.access(self.run, os.W_OK):
                raise LaunchError(self._foreign())
            (self.data_dir / _SIGNS[0]).touch()
        except OSError as error:
            why = error.strerror or str(error)
            raise LaunchError(f"DATA_DIR={self.data_dir} cannot be written to: {why}") from error

    def _foreign(self) -> str:
        owner = self.data_dir.stat().st_uid
        return (
            f"{self.data_dir} belongs to user number {owner}, not to you. Start as that user, "
            "or choose another folder with DATA_DIR=."
        )

    def home(self, account: Account) -> Path:
        """The cluster's folder: inside DATA_DIR, unless the database's account cannot get there.

        That happens when root works below a private folder such as /root: the cluster then lives
        in /var/lib/cityloop, and ``cluster.path`` in DATA_DIR says so.
        """
        if self.pointer.exists():
            told = Path(self.pointer.read_text().strip())
            if not told.is_relative_to(_SYSTEM_STATE):
                raise LaunchError(f"{self.pointer} names {told}, which CityLoop did not make")
            return told
        inside = self.data_dir / "postgres"
        if inside.exists() or can_enter(self.data_dir, account):
            return inside
        self.pointer.write_text(f"{self._outside}\n")
        return self._outside

    @property
    def _outside(self) -> Path:
        """Where the cluster of this very DATA_DIR lives when it cannot be inside."""
        digest = hashlib.sha256(str(self.data_dir).encode()).hexdigest()[:12]
        return _SYSTEM_STATE / digest

    def erase(self, account: Account) -> None:
        """Delete everything of ours in DATA_DIR, and the cluster; other files there stay.

        A copy of a DATA_DIR points at the cluster of the one it was copied from: that stays, too.
        """
        home = self.home(account)
        if home in (self._outside, self.data_dir / "postgres"):
            shutil.rmtree(home, ignore_errors=True)
        for name in _OURS:
            shutil.rmtree(self.data_dir / name, ignore_errors=True)
        for name in ("cluster.path", "secret.key", "demo.password"):
            (self.data_dir / name).unlink(missing_ok=True)

    def unpack_into(self) -> Path:
        """Where Debian packages are unpacked when they cannot be installed; shared by projects."""
        if os.geteuid() == 0:
            return _SYSTEM_STATE / "packages"
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
        try:
            (base / "cityloop").mkdir(parents=True, exist_ok=True)
        except OSError:  # no home, or a read-only one
            return self.data_dir / "packages"
        return base / "cityloop"


def _holds_something(path: Path) -> bool:
    try:
        return any(path.iterdir())
    except OSError:  # nothing there, a file, or not for us: making it tells
        return path.is_file()


def private_folder(folder: Path, account: Account) -> Path:
    """Make a folder that only ``account`` may enter; LaunchError when somebody else made it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
            raise LaunchError(
                f"{folder} does not belong to {account.name}. Remove it, or choose another "
                "folder with DATA_DIR=."
            ) from None
        folder.chmod(0o700)
    return folder


def socket_folder(home: Path, account: Account) -> Path:
    """A private folder for the socket, short enough for the kernel."""
    inside = home / "socket"
    if len(os.fsencode(inside / _SOCKET_NAME)) <= _LONGEST_SOCKET:
        return private_folder(inside, account)
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return private_folder(Path("/tmp") / f"cityloop-{account.uid}-{digest}", account)  # noqa: S108
