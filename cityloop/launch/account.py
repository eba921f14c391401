"""Who the database runs as: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cityloop.launch.errors import LaunchError

_UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system."""

    name: str
    uid: int
    gid: int


def current_account() -> Account:
    """The account we run as; PostgreSQL needs it to have a name."""
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError as error:
        raise LaunchError(
            f"User number {os.geteuid()} has no entry in /etc/passwd, and PostgreSQL refuses to "
            "run for it. Add one, or set DATABASE_URL to a PostgreSQL + PostGIS server."
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def database_account() -> Account:
    """The account the cluster belongs to: ourselves, or an unprivileged one when we are root."""
    own = current_account()
    if own.uid != 0:
        return own
    for name in _UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise LaunchError(
        "PostgreSQL does not run as root and there is neither a user 'postgres' nor 'nobody'. "
        "Create the user postgres, or set DATABASE_URL."
    )


def can_enter(folder: Path, account: Account) -> bool:
    """True when the account may pass through an existing folder and all its parents."""
    if account.uid == os.geteuid():
        return os.access(folder, os.X_OK)
    tried = subprocess.run(
        ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0
