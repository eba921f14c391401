"""The map layer of cases: open ones, and close to the ground also those of the last month.

A map of all cases ever would be heat, not a map; lists and statistics show the past.
"""

from __future__ import annotations

from typing import Any

from cityloop.cases.models import FINAL
from cityloop.geo.tiles import BOX, Layer, Rows
from cityloop.kernel.actor import Actor
from cityloop.people.scope import scopes_of, sees_all

CLOSE = 14  # from this zoom on the ended cases of the last month are drawn too
ENDED = "', '".join(FINAL)


def _rows(zoom: int, actor: Actor) -> Rows:
    """Open cases by a partial index; both halves limited to what the actor sees."""
    condition, values = scope_sql(actor)
    fields = "id, point AS geom, number, status, record_type, due_at < now() AS late"
    open_rows = f"""SELECT {fields} FROM cases_case c
        WHERE status NOT IN ('{ENDED}') AND point && {BOX} AND {condition}"""  # noqa: S608
    if zoom < CLOSE:
        return Rows(open_rows, values)
    ended = f"""SELECT {fields} FROM cases_case c
        WHERE status IN ('{ENDED}') AND reported_at > %(today)s::date - 30
          AND point && {BOX} AND {condition}"""  # noqa: S608
    return Rows(f"SELECT * FROM ({open_rows} UNION ALL {ended}) both_kinds", values)  # noqa: S608


def scope_sql(actor: Actor) -> tuple[str, dict[str, Any]]:
    """queries.scope as a bracketed condition on alias c, with named parameters."""
    if sees_all(actor):
        return "(TRUE)", {}
    parts = ["FALSE"]
    values: dict[str, Any] = {}
    for index, (ids, codes) in enumerate(scopes_of(actor)):
        one = ["TRUE"]
        if codes is not None:
            values[f"codes{index}"] = [f"{code}%" for code in codes]
            one.append(f"c.area_code LIKE ANY(%(codes{index})s::text[])")
        if ids is not None:
            values[f"units{index}"] = sorted(ids)
            one.append(f"c.units && %(units{index})s::bigint[]")
        parts.append(f"({' AND '.join(one)})")
    if actor.member_id is not None:
        values["member"] = [actor.member_id]
        parts.append("c.members @> %(member)s::bigint[]")
    return f"({' OR '.join(parts)})", values


LAYERS = (
    Layer(
        "cases",
        ("number", "status", "record_type", "late"),
        _rows,
        min_zoom=8,
        cap=2000,
        cluster_below=CLOSE,
        permission="cases.view",
        max_age=15,
    ),
)
