"""What an errand is: somebody does something at a moment, and more follows from it later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from cityloop.demo.reports import Told
from cityloop.demo.town import Town


@dataclass(frozen=True, slots=True)
class After:
    """What follows: errands at their moments; a case that was opened, and what was told of it."""

    errands: tuple[tuple[datetime, Errand], ...] = ()
    case: str = ""
    told: Told | None = None
    counted: str = ""  # under which name the simulation counts it


Errand = Callable[[Town, datetime], "After | None"]


@dataclass(frozen=True, slots=True)
class Daily:
    """An errand that somebody has on a share of the days, between two local times."""

    name: str
    share: float
    begins: time
    ends: time
    errand: Errand
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, slots=True)
class Came:
    """A report that was handed in: its case, whether it joined one, what follows."""

    case: str
    joined: bool
    after: After = After()


def then(*errands: tuple[datetime, Any], counted: str = "") -> After:
    """Only errands follow."""
    return After(tuple(errands), counted=counted)
