"""Files that came with a form, read as the sheets of one edition: bounded in size and in number."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.utils.translation import gettext as _

from cityloop.kernel import archives
from cityloop.kernel.errors import TooLarge
from cityloop.standards import sheets
from cityloop.standards.sheets import Sheets, UnreadableFile

PARTS = ("edition.toml", "classes.csv", "filing_rules.csv")
ACCEPTED = (".xlsx", ".zip", ".csv", ".toml")
MOST_LINES = (
    5000  # of a table: what a page checks while somebody waits; the command line reads more
)
LONGEST = 80  # characters of a name that is told again
_ODD = re.compile(r"[^\w.()（）+-]")

File = tuple[str, bytes]  # name, content


class FileTooLarge(TooLarge):
    """More than one upload may hold."""

    code, title = "file-too-large", "The file is too large"


def read_sent(files: Sequence[File]) -> Sheets:
    """The sheets of one workbook (.xlsx), one ZIP with the three files, or the three files.

    Raises UnreadableFile, FileTooLarge; a ZIP or a workbook that unfolds to more than
    sheets.MAX_BYTES is unreadable.
    """
    _check_sizes(files)
    with tempfile.TemporaryDirectory() as folder:
        found = sheets.read(_laid_out(files, Path(folder)))
    for table in (found.classes, found.filing_rules):
        if len(table) > MOST_LINES:
            told = {"file": table[0].file, "limit": MOST_LINES}
            raise UnreadableFile(_("%(file)s: more than %(limit)s lines") % told)
    return found


def title(files: Sequence[File]) -> str:
    """What the upload is called: its file, or its files."""
    return ", ".join(plain_name(name) for name, _content in files)[:LONGEST]


def plain_name(name: str) -> str:
    """The last part of a file name, without what a path or a message could stumble over."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return _ODD.sub("_", last).lstrip(".")[-LONGEST:] or "file"


def _check_sizes(files: Sequence[File]) -> None:
    for name, content in files:
        if not content:
            raise UnreadableFile(_("%(file)s: is empty") % {"file": plain_name(name)})
    if sum(len(content) for _name, content in files) > settings.MAX_FILE_BYTES:
        limit = settings.MAX_FILE_BYTES >> 20
        raise FileTooLarge(_("more than %(limit)s MB") % {"limit": limit})


def _laid_out(files: Sequence[File], folder: Path) -> Path:
    """The files on disk, where `sheets` reads them."""
    name = plain_name(files[0][0])
    if len(files) == 1 and name.lower().endswith(".xlsx"):
        path = folder / name
        path.write_bytes(files[0][1])
        return path
    if len(files) == 1 and name.lower().endswith(".zip"):
        try:
            found = archives.members(files[0][1], most=sheets.MAX_BYTES)
        except archives.BadArchive as error:
            raise UnreadableFile(f"{name}: {error}") from error
        return _set_of(list(found.items()), folder / Path(name).stem, name)
    return _set_of(files, folder / "upload", title(files))


def _set_of(files: Sequence[File], folder: Path, name: str) -> Path:
    """The three files in a folder; what else a ZIP holds is passed over, but not other tables."""
    folder.mkdir()
    for given, content in files:
        path = PurePosixPath(given.replace("\\", "/"))
        if path.name.startswith(".") or "__MACOSX" in path.parts:
            continue
        part = path.name.lower()
        if part in PARTS:
            if (folder / part).exists():
                raise UnreadableFile(
                    _("%(file)s: holds %(part)s twice; one edition at a time")
                    % {"file": name, "part": part}
                )
            (folder / part).write_bytes(content)
        elif part.endswith((".xlsx", ".xls", ".zip", *ACCEPTED)):
            raise UnreadableFile(
                _("%(file)s: %(part)s is none of %(known)s")
                % {"file": name, "part": plain_name(part), "known": ", ".join(PARTS)}
            )
    if not (folder / PARTS[0]).exists():
        raise UnreadableFile(
            _("%(file)s: neither an Excel workbook (.xlsx) nor a set of %(known)s")
            % {"file": name, "known": ", ".join(PARTS)}
        )
    return folder
