"""One good call of every operation of the API: who may make it, with what, and who may not.

A new operation needs one row here; the tests are made from the rows.
"""

from __future__ import annotations

from tests.conformance.calls import cases, coordination, feedback, ground, intake, works
from tests.conformance.calls.shape import Call

CALLS = (
    *ground.CALLS, *intake.CALLS, *cases.CALLS, *coordination.CALLS, *works.CALLS, *feedback.CALLS,
)  # fmt: skip
BY_NAME = {call.name: call for call in CALLS}

__all__ = ["BY_NAME", "CALLS", "Call"]
