"""Log files of bounded size, and lines on the terminal that say who speaks."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

_LARGEST = 20 * 1024 * 1024
_COLOURS = {"web": "36", "live": "35", "worker": "33", "city": "32", "database": "34"}


def rotate(path: Path) -> Path:
    """Set a file that has become large aside as ``name.1``; the older one of that name goes."""
    if path.exists() and path.stat().st_size > _LARGEST:
        path.replace(path.with_name(path.name + ".1"))
    return path


@dataclass(slots=True)
class Log:
    """Takes the raw output of one process; writes it to its file, and to a terminal if given.

    A `quiet` one shows only our own notes on the terminal: that a process ended, say.
    """

    name: str
    path: Path
    terminal: TextIO | None = None
    quiet: bool = False
    _rest: bytes = field(default=b"", init=False)

    def write(self, data: bytes) -> None:
        """Store output; only whole lines are written."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if lines:
            words = [line.decode(errors="replace").rstrip("\r") for line in lines]
            self._store(words, shown=not self.quiet)

    def note(self, words: str) -> None:
        """A line of our own about the process."""
        self._store([words], shown=True)

    def _store(self, lines: list[str], *, shown: bool) -> None:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        # A full disk or a closed terminal costs log lines, not the service.
        with contextlib.suppress(OSError), rotate(self.path).open("a", encoding="utf-8") as file:
            file.writelines(f"{stamp} {line}\n" for line in lines)
        if shown and self.terminal is not None:
            with contextlib.suppress(OSError):
                self.terminal.writelines(f"{self._label()} {line}\n" for line in lines)
                self.terminal.flush()

    def _label(self) -> str:
        label = f"{self.name:<8}|"
        if self.terminal is None or not self.terminal.isatty():
            return label
        return f"\x1b[{_COLOURS.get(self.name, '37')}m{label}\x1b[0m"

    def tail(self, lines: int) -> list[str]:
        """The last lines of the file."""
        try:
            return self.path.read_text(encoding="utf-8").splitlines()[-lines:]
        except FileNotFoundError:
            return []
