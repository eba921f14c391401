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

    def as_dict(self) -> dict[str, Any]:
        """The object that the command line prints with --json."""
        return {
            "imported": self.imported,
            "joined": self.joined,
            "rejected": len(self.rejected),
            "rejections": [[r.row, r.key, r.reason] for r in self.rejected[:100]],
            "seconds": round(self.seconds, 3),
            "notes": self.notes,
        }
