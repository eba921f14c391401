"""What an import tells: how many came in, which rows did not and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils.translation import gettext

from cityloop.kernel.errors import Problem, Rejection

__all__ = ["Effect", "ImportReport", "Progress", "Rejection", "counted", "rejections"]

T = TypeVar("T")
Progress = Callable[[int, int], None]  # rows done, rows in all


def counted(rows: Sequence[T], progress: Progress | None) -> Iterator[T]:
    """The rows, telling after each how many of all are done."""
    for done, row in enumerate(rows, 1):
        yield row
        if progress:
            progress(done, len(rows))


def rejections(row: int, key: str, problem: Problem) -> list[Rejection]:
    """A problem as what is told of a row: once a cell where its fields are known, else once."""
    found = [Rejection(row, key, f"{name}: {why}", name) for name, why in problem.fields.items()]
    return found or [Rejection(row, key, str(problem))]


NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a row of a file does: its line, the key and name of its thing, one of new, changed and
    same, and of what changes the column with the value before and after."""

    row: int
    key: str
    name: str
    what: str
    fields: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class ImportReport:
    """The result of an import; `joined` counts rows that became part of something existing.

    `effects`: row by row what it does, where the import tells it."""

    imported: int = 0
    joined: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)
    refused: str = ""  # why the whole file was not taken
    effects: list[Effect] = field(default_factory=list)

    @staticmethod
    def of_refusal(error: Problem) -> ImportReport:
        """What an import that was refused as a whole tells; row 0 is the file itself."""
        rows = [Rejection(0, error.code, reason) for reason in error.reasons or (str(error),)]
        return ImportReport(rejected=list(error.rejected) or rows, refused=str(error))

    def take_nothing(self) -> None:
        """Say of an import of all rows or none that a rejected one keeps out the others."""
        self.imported = self.joined = 0
        self.notes.append(gettext("nothing was imported: correct the rows and try again"))

    def rejected_rows(self) -> list[Rejection]:
        """Every row that was not taken once, with all its reasons."""
        rows: dict[tuple[int, str], list[str]] = {}
        for one in self.rejected:
            rows.setdefault((one.row, one.key), []).append(one.reason)
        return [Rejection(row, key, "; ".join(why)) for (row, key), why in rows.items()]

    def as_dict(self) -> dict[str, Any]:
        """The object that the command line prints with --json."""
        rows = self.rejected_rows()
        return {
            "imported": self.imported,
            "joined": self.joined,
            "rejected": len(rows),
            "rejections": [[r.row, r.key, r.reason] for r in rows],
            "seconds": round(self.seconds, 3),
            "notes": self.notes,
        }
