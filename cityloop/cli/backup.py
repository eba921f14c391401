"""`cityloop backup` and `cityloop restore`: the database, the photos, the notes and the keys."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cityloop.cli.database import pending_migrations, require_tables
from cityloop.cli.output import Advance, AsJson, CommandError, finish, progress, say
from cityloop.cli.project import open_project
from config import env

DUMP, FACTS, NOTES, FILES = "database.dump", "backup.json", "notes.log", "files"
KEYS = ("secret.key", "push.key", "demo.password")
MODELS = "models"
STAMP = "%Y-%m-%dT%H%M%S"
UNFINISHED = ".unfinished"

Folder = Annotated[Path, typer.Argument(help="Where backups lie, on another disk than DATA_DIR.")]
From = Annotated[
    Path, typer.Argument(help="One backup: a folder that is named by its moment.", exists=True)
]
Keep = Annotated[
    int, typer.Option(help="Delete all but so many of the latest backups; 0 keeps all.", min=0)
]


def backup(folder: Folder, keep: Keep = 0, as_json: AsJson = False) -> None:
    """Save everything into a folder of its moment; the platform may go on running.

    Photos never change, so all backups of a folder share them and each copies only the new ones.
    The backup holds personal data and the keys: keep it as safe as DATA_DIR.
    """
    open_project()
    require_tables()
    began = time.monotonic()
    _make_private(folder)
    moment = _moment()
    here, at = folder / f"{moment}{UNFINISHED}", folder / moment
    if at.exists() or here.exists():
        raise CommandError(f"{at} is there already")
    here.mkdir(mode=0o700)
    with progress("Saving the database"):
        _dump(here)
    with progress("Saving photos and papers") as advance:
        copied, files = _save_files(folder / FILES, advance)
    _save_beside(here)
    facts = _facts(here, files)
    _write(here / FACTS, json.dumps(facts, indent=1).encode())
    here.rename(at)
    _settle(folder)
    _note(at, files)
    gone = _forget(folder, keep)
    seconds = round(time.monotonic() - began, 3)
    result = {"backup": str(at), "files": files, "copied": copied, "deleted": gone,
              "seconds": seconds}  # fmt: skip
    sentence = f"{at}: the database and {files} files, {copied} of them new, in {seconds:.1f} s"
    finish(result, sentence, as_json=as_json)


def restore(backup: From, as_json: AsJson = False) -> None:
    """Bring a backup into an empty database and its DATA_DIR; then prove it: `check --chain`.

    Refused where the database holds tables, or the backup is damaged: nothing is overwritten.
    """
    began = time.monotonic()
    facts = _read(backup)
    kept = _restore_keys(backup)  # before the project makes keys of its own
    open_project()
    _require_empty()
    _bring_postgis()
    with progress("Restoring the database"):
        _load(backup / DUMP)
    with progress("Restoring photos and papers") as advance:
        files = _restore_files(backup.parent / FILES, advance)
    _restore_beside(backup)
    seconds = round(time.monotonic() - began, 3)
    waiting = pending_migrations()
    result = {"files": files, "saved_at": facts["saved_at"], "kept": kept, "waiting": waiting,
              "seconds": seconds}  # fmt: skip
    for name in kept:
        say(f"{name} was there already and stays as it is")
    more = "; it is of an older version: run cityloop migrate" if waiting else ""
    sentence = f"The city of {facts['saved_at']} and {files} files stand again{more}"
    finish(result, sentence, as_json=as_json)


def _note(at: Path, files: int) -> None:
    """Say in the database when the last backup was made: the office shows it."""
    from cityloop.kernel import clock
    from cityloop.kernel.models import Marker
    from cityloop.setup.queries.missing import BACKUP

    facts = {"folder": str(at), "files": files}
    Marker.objects.update_or_create(name=BACKUP, defaults={"value": facts, "set_at": clock.now()})


def _moment() -> str:
    from django.utils import timezone

    from cityloop.kernel import clock

    return timezone.localtime(clock.now()).strftime(STAMP)


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / FILES).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{folder} cannot be written to: {error.strerror}") from error


def _dump(here: Path) -> None:
    """The database and its notes of one moment."""
    from django.db import connection, transaction

    from cityloop.kernel import witness

    with transaction.atomic():
        with witness.still():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_export_snapshot()")
                ((snapshot,),) = cursor.fetchall()
            notes = witness.file_of()
            _write(here / NOTES, notes.read_bytes() if notes.exists() else b"")
        _run(
            # PostGIS brings its own table, which is not ours to fill.
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges",
            "--exclude-table-data=*.spatial_ref_sys",
            f"--snapshot={snapshot}", f"--file={here / DUMP}", _url(),
        )  # fmt: skip


def _bring_postgis() -> None:
    """As a migration does: where it cannot be added, the error says what to do."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS postgis")


def _load(dump: Path) -> None:
    _run(
        "pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--single-transaction",
        "--exit-on-error", f"--dbname={_url()}", str(dump),
    )  # fmt: skip


def _url() -> str:
    """The address of our database, as Django has it, without its password: whoever lists the
    machine's processes reads what a program is called with."""
    from django.db import connection
    from psycopg.conninfo import make_conninfo

    given = connection.get_connection_params()
    known = {name: given[name] for name in ("host", "port", "user", "dbname") if given.get(name)}
    return make_conninfo("", **known)


def _password() -> dict[str, str]:
    from django.db import connection

    given = connection.get_connection_params().get("password")
    return {"PGPASSWORD": str(given)} if given else {}


def _run(program: str, *arguments: str) -> None:
    """A program of PostgreSQL; CommandError with its words where it fails."""
    from cityloop.launch.binaries import find_binaries
    from cityloop.launch.layout import Layout

    found = find_binaries(unpack_into=Layout(env.path("DATA_DIR")).unpack_into(), say=say)
    done = subprocess.run(
        [str(found.program(program)), *arguments], env={**found.environment(), **_password()},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CommandError(f"{program}: {' '.join(done.stderr.split())[-500:]}")


def _stored() -> Iterator[str]:
    from cityloop.kernel.models import StoredFile

    return StoredFile.objects.order_by("pk").values_list("sha256", flat=True).iterator()


def _save_files(to: Path, advance: Advance) -> tuple[int, int]:
    """(copied, all) of the files that the database names; they never change once they are there."""
    from cityloop.kernel import files
    from cityloop.kernel.models import StoredFile

    copied, count, total = 0, 0, StoredFile.objects.count()
    for count, sha256 in enumerate(_stored(), 1):
        copied += _copy(files.location(sha256), _place(to, sha256), sha256)
        advance(count, total)
    return copied, count


def _restore_files(source: Path, advance: Advance) -> int:
    from cityloop.kernel import files
    from cityloop.kernel.models import StoredFile

    count, total = 0, StoredFile.objects.count()
    for count, sha256 in enumerate(_stored(), 1):
        _copy(_place(source, sha256), files.location(sha256), sha256)
        advance(count, total)
    return count


def _place(root: Path, sha256: str) -> Path:
    return root / sha256[:2] / sha256[2:4] / sha256


def _copy(source: Path, to: Path, sha256: str) -> bool:
    """True when it was copied, False when it was there; whole, or not at all."""
    if to.exists():
        return False
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = to.with_suffix(".part")
    try:
        shutil.copyfile(source, part)
    except OSError as error:
        raise CommandError(f"{source}: {error.strerror}; nothing was finished") from error
    if _digest(part) != sha256:
        part.unlink()
        raise CommandError(f"{source} is not what it was when it was stored; nothing was finished")
    part.chmod(0o440)
    part.rename(to)
    return True


def _save_beside(here: Path) -> None:
    """Keys, and models that the city trained itself."""
    data = env.path("DATA_DIR")
    for name in KEYS:
        if (data / name).exists():
            _write(here / name, (data / name).read_bytes())
    if (data / MODELS).is_dir():
        shutil.copytree(data / MODELS, here / MODELS)


def _restore_keys(backup: Path) -> list[str]:
    """Names of the keys that are another here, and stay."""
    data, kept = env.path("DATA_DIR"), []
    data.mkdir(mode=0o711, parents=True, exist_ok=True)
    for name in KEYS:
        if not (backup / name).exists():
            continue
        told = (backup / name).read_bytes()
        if not (data / name).exists():
            _write(data / name, told)
        elif (data / name).read_bytes() != told:
            kept.append(name)
    return kept


def _restore_beside(backup: Path) -> None:
    """Notes, and models that the city trained itself."""
    from cityloop.kernel import witness

    notes = witness.file_of()
    notes.parent.mkdir(parents=True, exist_ok=True)
    _write(notes, (backup / NOTES).read_bytes())
    witness.forget_kept()
    if (backup / MODELS).is_dir():
        shutil.copytree(backup / MODELS, env.path("DATA_DIR") / MODELS, dirs_exist_ok=True)


def _facts(here: Path, files: int) -> dict[str, Any]:
    from cityloop.kernel import clock

    return {
        "saved_at": clock.now().isoformat(), "files": files,
        "dump_sha256": _digest(here / DUMP), "notes_sha256": _digest(here / NOTES),
    }  # fmt: skip


def _read(backup: Path) -> dict[str, Any]:
    """What the backup says of itself; CommandError where it is unfinished or damaged."""
    try:
        facts = json.loads((backup / FACTS).read_text())
        datetime.fromisoformat(facts["saved_at"])
        whole = (facts["dump_sha256"], facts["notes_sha256"]) == (
            _digest(backup / DUMP), _digest(backup / NOTES),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{backup} is no finished backup: {error}") from error
    if not whole:
        raise CommandError(f"{backup} is damaged: its files are not what they were")
    return dict(facts)


def _require_empty() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
        ((taken,),) = cursor.fetchall()
    if taken:
        raise CommandError(
            "This database holds tables already. Restore into an empty one: name another folder by "
            "DATA_DIR, or an empty database by DATABASE_URL."
        )


def _forget(folder: Path, keep: int) -> list[str]:
    """Delete all but the latest; photos stay."""
    found = sorted(one.parent for one in folder.glob(f"*/{FACTS}"))
    gone = found[:-keep] if keep else []
    for one in gone:
        shutil.rmtree(one)
    return [one.name for one in gone]


def _write(path: Path, content: bytes) -> None:
    """For its owner only, and on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _settle(folder: Path) -> None:
    """What was named is on the disk."""
    os.sync()
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
