"""The city's variant of the flow: parameters, with the defaults of the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from cityloop.cases.command import TOP, Level
from cityloop.cases.models import Case

# The channels of the public: complaints are reviewed without exception (G09). Sorted.
PUBLIC = (
    "app", "community", "hotline12319", "hotline12345", "media", "petition", "sms", "web",
)  # fmt: skip
# Every channel by which reports come (intake/channels.py). Sorted.
CHANNELS = (
    "app", "community", "hotline12319", "hotline12345", "inspector", "leader", "media", "petition",
    "platform", "police", "professional", "sensor", "sms", "video", "web",
)  # fmt: skip


def from_public(case: Case, channels: Sequence[str] = PUBLIC) -> bool:
    """Whether somebody reported it through one of these channels, first or later."""
    return case.joined_public or case.channel in channels


@dataclass(frozen=True, slots=True)
class Parameters:
    """One published variant. Minutes run on the clock, day and night."""

    acceptance_minutes: int = 15  # time-rules, appendix C
    verify_minutes: int = 30
    check_minutes: int = 30
    filing_minutes: int = 30
    dispatch_minutes: int = 30
    closing_minutes: int = 60
    reply_minutes: int = 24 * 60
    # Until an owed reply goes out in the words of its template; 0: at once, null: people send it.
    auto_reply_minutes: int | None = 15
    whole_margin_hours: int = 24  # working hours beyond the handling limit
    second_eye: bool = True  # the shift leader files what another has accepted
    no_second_eye: tuple[str, ...] = ()  # classes that go on without it: C0101, C01, E or *
    merge_posts: bool = False  # small centre: one person on both sides; the record says so
    reason_from_dispatch: int = 2
    supervisor_from_dispatch: int = 3
    freeze_from_returns: int = 3  # by two units or more: the system freezes; 0: people only
    redispatch_clock: str = "continue"  # continue | restart, when the same unit gets it again
    auto_dispatch: bool = False  # unambiguous responsibility: no dispatcher needed
    auto_from: tuple[tuple[str, float], ...] = ()  # class or * -> how sure it must be to go out
    look_back_days: int = 0  # earlier cases that a proposal asks; 0: the matrix alone
    verify_public: bool = True  # public reports are verified on site before filing
    review_share: float = 0.1  # of self-handled cases, looked at afterwards
    reviewed_channels: tuple[str, ...] = PUBLIC  # every case of these is reviewed before closing
    read_minutes: int = 15  # after which the next is called to a dispatch that nobody opened
    recheck_share: float = 0.05  # of cases closed in a day, inspected again by another team
    forced_share: float = 1.0  # the same of those closed by force: one person alone ends them
    decision_share: float = 0.03  # of decisions taken in a day, judged by a second person
    reply_check_share: float = 0.1  # of replies sent in a day, judged by a second person
    public_photos: tuple[str, ...] = ("C",)  # classes whose photo of the result the public may see
    escalate_at: tuple[float, ...] = (1.0, 2.0)  # multiples of the limit after the deadline
    extensions_at_most: int = 2  # approved ones of a case; time-rules 5.3
    suspensions_at_most: int = 1  # time-rules 5.4
    suspension_days: int = 365
    deferrals_at_most: int = 1
    deferral_days: int = 365
    backlog_days: int = 60  # natural days after which a deferred case is backlog
    appeal_days: int = 30  # natural days after closing
    petition_days: int = 60  # natural days from receipt to the written answer
    suggestion_workdays: int = 15  # until a suggestion is answered
    trial: bool = False  # figures are computed but marked not official
    command: tuple[Level, ...] = ()  # levels that dispatch, from the top down; none: one hall
    dispatch_begins: str = TOP  # top | lowest: with which of them a filed case begins
    supervision: tuple[str, ...] = ()  # levels whose desks accept, file and close; none: any
    roles: tuple[tuple[str, tuple[str, ...]], ...] = ()  # action -> roles, where not the table's

    def level(self, name: str) -> Level:
        """The level of this name in the command."""
        return next(one for one in self.command if one.level == name)


NAMES = frozenset(field.name for field in fields(Parameters))
# Parameters of one district or street inside the city's: {"330106": {...}}. Nothing else may
# differ between districts: one platform, one flow, one standard, one evaluation (A15).
DISTRICTS = "districts"
DISTRICT_MAY = frozenset({"command", "dispatch_begins", "dispatch_minutes", "supervision",
                          "auto_dispatch", "auto_from", "look_back_days"})  # fmt: skip


class UnknownParameter(ValueError):
    """A flow names a parameter that does not exist, or that a district may not have of its own."""


@lru_cache(maxsize=256)
def _parse(items: tuple[tuple[str, Any], ...]) -> Parameters:
    values = dict(items)
    try:
        if "command" in values:
            values["command"] = tuple(Level(**dict(one)) for one in values["command"])
        return Parameters(**values)
    except (TypeError, ValueError) as error:
        raise UnknownParameter(f"the command of the flow is not understood: {error}") from error


def parameters(stored: Mapping[str, Any], area_code: str = "") -> Parameters:
    """The parameters of a stored flow as they hold at a place.

    Raises UnknownParameter for a misspelt one, and for one that a district may not change.
    """
    districts = stored.get(DISTRICTS)
    values = _of_area(stored, districts, area_code) if districts else stored
    if unknown := set(values) - NAMES - {DISTRICTS}:
        raise UnknownParameter(f"unknown flow parameters: {', '.join(sorted(unknown))}")
    return _parse(
        tuple((name, _frozen(values[name])) for name in sorted(values) if name != DISTRICTS)
    )


def _of_area(
    stored: Mapping[str, Any], districts: Mapping[str, Mapping[str, Any]], area_code: str
) -> Mapping[str, Any]:
    """The city's parameters with those of the district, then of the street, laid over them."""
    found = dict(stored)
    for code in sorted(districts, key=len):
        if area_code.startswith(code):
            found |= districts[code]
        if foreign := set(districts[code]) - DISTRICT_MAY:
            names = ", ".join(sorted(foreign))
            raise UnknownParameter(f"district {code} may not have its own: {names}")
    return found


def _frozen(value: Any) -> Any:
    """JSON as something that can be remembered by."""
    if isinstance(value, list):
        return tuple(_frozen(one) for one in value)
    if isinstance(value, dict):
        return tuple((name, _frozen(one)) for name, one in sorted(value.items()))
    return value
