"""What registers beside the core (permits, say) tell of a case, and where that stands in the order
of precedence.

Who approves, supervises (谁审批谁监管), in this order: a line of the matrix that names the class,
and the area or the owner; the body that the register names; any other line of the matrix; earlier
cases. Where line and register name different units the proposal says both, nobody is sure of it,
and nothing goes out by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cityloop.cases import evidence
from cityloop.cases.evidence import Earlier
from cityloop.kernel.manifest import Testimony
from cityloop.people.lines import Proposal
from cityloop.people.models import Organisation

# How often the body that a register names is right, before earlier cases say more.
BASE = 0.8


def weighed(
    kept: dict[str, Any],
    by_matrix: Proposal | None,
    said: Sequence[Testimony],
    earlier: Earlier | None,
) -> dict[str, Any]:
    """The proposal with what the registers say; as it was where they say nothing."""
    if not said:
        return kept
    bodies = {one.unit: one for one in reversed(said) if one.unit is not None}
    first = next((one for one in said if one.unit is not None), None)
    if first is None or first.unit is None:
        return _told(kept, said, ()) if kept else {}
    line = by_matrix.lead_id if by_matrix is not None else None
    keeps = by_matrix is not None and by_matrix.precise
    unit = line if keeps and line is not None else first.unit
    differ = len(bodies) > 1 or line not in (None, first.unit)
    found = dict(kept) if unit == line else _by_body(kept, first)
    if differ:
        others = [one for one in (line, *bodies) if one not in (None, unit)]
        found |= {"contested": True, "also": list(dict.fromkeys(others)), "unambiguous": False}
    found["sure"] = evidence.sure_of(_base(by_matrix, differ=differ), unit, earlier)
    found.pop("earlier", None)
    found |= evidence.told(earlier, unit)
    return _told(found, said, _verdict(line, first, bodies, keeps=keeps))


def _by_body(kept: dict[str, Any], first: Testimony) -> dict[str, Any]:
    """The body leads: the lines that it goes before stay named, but count for nothing."""
    bare = {"assists": [], "rows": [], "why": [], **kept}
    return {**bare, "unit": first.unit, "assists": [], "unambiguous": False,
            "decided_by": first.rule}  # fmt: skip


def _base(by_matrix: Proposal | None, *, differ: bool) -> float:
    if differ:
        return evidence.IN_DOUBT
    if by_matrix is None:
        return BASE
    line = evidence.base_of(by_matrix)
    return max(line, BASE) if by_matrix.unambiguous else line


def _told(
    kept: dict[str, Any], said: Sequence[Testimony], verdict: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    reasons = [*(one.reason for one in said), *verdict]
    return {**kept, "testimony": [one.facts for one in said],
            "why": [*reasons, *kept.get("why", ())]}  # fmt: skip


def _verdict(
    line: int | None, first: Testimony, bodies: dict[int, Testimony], *, keeps: bool
) -> list[dict[str, Any]]:
    """Why this one leads, in codes (see people.reasons)."""
    found: list[dict[str, Any]] = []
    if line is None:
        found.append({"code": "approved", "unit": first.unit_name})
    elif line == first.unit:
        found.append({"code": "approved_too", "unit": first.unit_name})
    else:
        code = "line_before_permit" if keeps else "permit_before_line"
        found.append({"code": code, "unit": first.unit_name, "other": _name(line)})
    if len(bodies) > 1:
        names = [one.unit_name for one in reversed(bodies.values())]
        found.append({"code": "permits_differ", "units": names})
    return found


def _name(unit: int) -> tuple[str, str]:
    row = Organisation.objects.only("name_zh", "name_en").get(pk=unit)
    return row.name_zh, row.name_en
