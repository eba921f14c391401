"""The city's variant of the flow: parameters, with the defaults of the field."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any


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
    whole_margin_hours: int = 24  # working hours beyond the handling limit
    second_eye: bool = True  # the shift leader files what another has accepted
    merge_posts: bool = False  # small centre: one person on both sides; the record says so
    reason_from_dispatch: int = 2
    supervisor_from_dispatch: int = 3
    redispatch_clock: str = "continue"  # continue | restart, when the same unit gets it again
    auto_dispatch: bool = False  # unambiguous responsibility: no dispatcher needed
    verify_public: bool = True  # public reports are verified on site before filing
    review_share: float = 0.1  # of self-handled cases, looked at afterwards
    escalate_at: tuple[float, ...] = (1.0, 2.0)  # multiples of the limit after the deadline
    extensions_at_most: int = 2  # approved ones of a case; time-rules 5.3
    suspensions_at_most: int = 1  # time-rules 5.4
    suspension_days: int = 365
    deferrals_at_most: int = 1
    deferral_days: int = 365
    backlog_days: int = 60  # natural days after which a deferred case is backlog
    appeal_days: int = 30  # natural days after closing
    trial: bool = False  # figures are computed but marked not official


NAMES = frozenset(field.name for field in fields(Parameters))


class UnknownParameter(ValueError):
    """A flow names a parameter that does not exist."""


@lru_cache(maxsize=64)
def _parse(items: tuple[tuple[str, Any], ...]) -> Parameters:
    return Parameters(**dict(items))


def parameters(stored: dict[str, Any]) -> Parameters:
    """The parameters of a stored flow; raises UnknownParameter for a misspelt one."""
    if unknown := set(stored) - NAMES:
        raise UnknownParameter(f"unknown flow parameters: {', '.join(sorted(unknown))}")
    items = ((k, tuple(v) if isinstance(v, list) else v) for k, v in sorted(stored.items()))
    return _parse(tuple(items))
