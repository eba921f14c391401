"""What an import tells: how many came in, which rows did not and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row that was not taken: its line number, its own key and the reason."""

    row: int
    key: str
    reason: str


@dataclass(slots=True)
class ImportReport:
    """The result of an import; `joined` counts rows that became part of something existing."""

    imported: int = 0
    joined: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

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
