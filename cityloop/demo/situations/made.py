"""The examples that this database has: light to import, since every web process does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Max, Q

from cityloop.cases.models import Case
from cityloop.kernel.models import Marker

MADE = "situation "  # a marker for each module that has been played


class Section(NamedTuple):
    """A heading of the table, in the order of a case's life, and the modules under it."""

    zh: str
    en: str
    modules: tuple[str, ...]


SECTIONS = (
    Section(
        "来电、信访与小事", "Calls, petitions and small matters", ("hotline", "petitions", "small")
    ),
    Section("该谁管", "Whose duty it is", ("chained", "permits", "disputes")),
    Section("平台模式", "Platform modes", ("modes",)),
    Section("协同与代整治", "Joint work and substitute works", ("joint", "recovered")),
    Section("时限", "Deadlines and more time", ("deadlines", "time_granted")),
    Section("处置是否属实", "Proof, findings and cards", ("proof", "noticed", "judged", "cards")),
    Section("答复与消息", "Replies and messages", ("answered", "messages")),
    Section("值班、交接与清单", "Duty, hand-over and lists", ("duty", "turned_over", "lists")),
    Section("反馈意见", "Feedback on the system", ("feedback",)),
)
REST = Section("其他", "Others", ())


@dataclass(frozen=True, slots=True)
class Shown:
    """A situation in the table that a newcomer sees: what it is, where, who signs in to see it.

    `version`: of its case, when it had been made; unknown in databases made before it was kept.
    """

    zh: str
    en: str
    address: str
    username: str
    post: str
    version: int | None = None

    @property
    def case(self) -> str:
        """The number of the case that the example is; '' for another page."""
        number = self.address.removeprefix("/cases/").rstrip("/")
        return number if number.isdigit() else ""


def shown() -> list[Shown]:
    """The table for a newcomer, as it was played."""
    return [one for rows in _by_module().values() for one in rows]


@dataclass(frozen=True, slots=True)
class Today:
    """What the case of an example is now; `went_on`: somebody has taken a step since it was made
    (a clock that ran out is nobody)."""

    status: str
    went_on: bool


def today(rows: Iterable[Shown]) -> dict[str, Today]:
    """Case number -> what has become of it; one statement."""
    made = {one.case: one.version for one in rows if one.case}
    by_people = Max("events__version", filter=Q(events__member__isnull=False))
    cases = Case.objects.filter(number__in=made).values_list("number", "status").order_by()
    found = {}
    for number, status, last in cases.annotate(last=by_people):
        version = made[number]
        went_on = version is not None and last is not None and last > version
        found[number] = Today(status, went_on)
    return found


def sections() -> list[tuple[Section, list[Shown]]]:
    """The same under headings; what no heading names stands last, empty headings fall away."""
    found = _by_module()
    parts = [(one, [row for name in one.modules for row in found.pop(name, [])])
             for one in SECTIONS]  # fmt: skip
    parts.append((REST, [row for rows in found.values() for row in rows]))
    return [part for part in parts if part[1]]


def _by_module() -> dict[str, list[Shown]]:
    rows = Marker.objects.filter(name__startswith=MADE).order_by("name")
    return {row.name.removeprefix(MADE): [Shown(**one) for one in row.value["shown"]]
            for row in rows}  # fmt: skip


def numbers() -> frozenset[str]:
    """The cases that stand as examples: the city's life leaves them alone."""
    rows = Marker.objects.filter(name__startswith=MADE)
    return frozenset(number for row in rows for number in row.value["cases"])
