"""Proof that who is judged does not judge: over the table, the posts of today and every case (A22).

Units under evaluation handle. They neither file nor check nor close: not by any row of the life
cycle, not by a post that one of their people holds, and not in any case that was ever told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils import timezone

from cityloop.cases.flow import DISTRICTS, parameters
from cityloop.cases.flow_sides import HANDLING, JUDGING
from cityloop.cases.guards.dispatch import DISPATCHES
from cityloop.people import queries as people
from cityloop.people.queries import TwoSides
from cityloop.people.roles import UNIT_ROLES

MOST = 200  # cases named one by one; all are counted
JUDGED = tuple(step.action for step in JUDGING)
HANDLED = tuple(step.action for step in HANDLING)


@dataclass(frozen=True, slots=True)
class OwnJudge:
    """A case in which one organisation handled, and itself or somebody of its house judged."""

    number: str
    organisation: str
    handled: tuple[str, ...]
    judged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """What was examined, and everything that speaks against it.

    `steps`: (role of a unit, step of judgement that the flow opens to it). `bodies`: organisations
    with people on both sides today. `members`: who holds posts of both sides, though the city keeps
    them apart. `cases`: the first of `count`. `merged`: steps that one person took on both sides by
    the city's own decision, each marked in its history.
    """

    examined: int
    steps: tuple[tuple[str, str], ...]
    bodies: tuple[TwoSides, ...]
    members: tuple[str, ...]
    cases: tuple[OwnJudge, ...]
    count: int
    merged: int

    @property
    def clean(self) -> bool:
        """True when nothing was found."""
        return not (self.steps or self.bodies or self.members or self.count)

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    def lines(self) -> list[str]:
        """The report for people, one finding a line."""
        found = [f"the flow lets {role} {action}" for role, action in self.steps]
        found += [
            f"{one.organisation}: {', '.join(one.judging)} beside {', '.join(one.handling)}"
            for one in self.bodies
        ]
        found += [f"{name} holds posts of both sides" for name in self.members]
        found += [
            f"{one.number}: {one.organisation} did {', '.join(one.handled)} "
            f"and {', '.join(one.judged)}"
            for one in self.cases
        ]
        if self.count > len(self.cases):
            found.append(f"... and {self.count - len(self.cases)} more cases")
        return found


def sides(stored: Mapping[str, Any], *, on: date) -> Audit:
    """Examine a flow in all its districts, the posts held on a day, and the whole history.

    The one statement over the history reads every line once.
    """
    judging = sorted({role for step in JUDGING for role in step.roles} - {"system"})
    examined, merged, count, cases = _history()
    return Audit(
        examined=examined,
        steps=tuple(_open_to_units(stored)),
        bodies=tuple(people.bodies_on_both_sides(on, judging, sorted(UNIT_ROLES))),
        members=() if people.merge_posts_allowed() else tuple(people.members_on_both_sides(on)),
        cases=tuple(cases),
        count=count,
        merged=merged,
    )


def _open_to_units(stored: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Steps of judgement that a role of a unit may take, in the city or in one of its districts."""
    flows = [parameters(stored, area) for area in ("", *(stored.get(DISTRICTS) or {}))]
    found = [
        (role, step.action)
        for flow in flows for step in JUDGING for role in step.roles_in(flow) if role in UNIT_ROLES
    ]  # fmt: skip
    return list(dict.fromkeys(found))


def _history() -> tuple[int, int, int, list[OwnJudge]]:
    given: dict[str, Any] = {
        "judged": list(JUDGED), "handled": list(HANDLED), "units": sorted(UNIT_ROLES),
        "zone": timezone.get_current_timezone_name(), "most": MOST,
        "centre": sorted(people.CENTRE_ROLES), "platforms": list(people.AREA_KINDS),
        "dispatches": list(DISPATCHES),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE facts ? 'merged_posts') "
                       "FROM cases_event")  # fmt: skip
        examined, merged = cursor.fetchone() or (0, 0)
        cursor.execute(_OWN_JUDGES, given)
        rows = cursor.fetchall()
    cases = [OwnJudge(number, unit, tuple(handled), tuple(judged))
             for number, unit, handled, judged, _count in rows]  # fmt: skip
    return examined, merged, rows[0][4] if rows else 0, cases


# The organisation of a step is that of the post by whose role the member took it, on that day; of
# somebody lent, also the one they come from. Who judged what their own house had at that moment,
# a body above theirs or below it, judged for that body: by the same rule that refuses the step
# (Actor.belongs_to). What the case was sent away from before is another's by then.
_OWN_JUDGES = f"""
WITH taken AS (
  SELECT e.case_id, e.version, e.member_id, e.action, p.organisation_id,
         e.action = ANY(%(judged)s) AS judges,
         CASE WHEN h.kind = 'secondment' THEN m.organisation_id END AS home,
         e.role = ANY(%(centre)s) AND w.kind = ANY(%(platforms)s) AS desk,
         e.facts ? 'merged_posts' AS merged
  FROM cases_event e
  JOIN people_holding h ON h.member_id = e.member_id
   AND h.valid_from <= (e.at AT TIME ZONE %(zone)s)::date
   AND (h.valid_to IS NULL OR h.valid_to > (e.at AT TIME ZONE %(zone)s)::date)
  JOIN people_member m ON m.id = h.member_id
  JOIN people_post p ON p.id = h.post_id
  JOIN people_organisation w ON w.id = p.organisation_id
  JOIN people_post_role pr ON pr.post_id = p.id
  JOIN people_role r ON r.id = pr.role_id AND r.code = e.role
  WHERE e.action = ANY(%(judged)s) OR (e.action = ANY(%(handled)s) AND e.role = ANY(%(units)s))
), body AS (
  SELECT organisation_id AS id FROM taken WHERE judges UNION
  SELECT home FROM taken WHERE judges AND home IS NOT NULL
), house AS (
  SELECT o.id AS judge, one.id AS unit, FALSE AS below
  FROM body JOIN people_organisation o ON o.id = body.id,
       unnest({people.ABOVE}) AS one (id)
  UNION ALL
  SELECT o.id, one.id, TRUE
  FROM body JOIN people_organisation o ON o.id = body.id, unnest({people.ANSWERS_FOR}) AS one (id)
  WHERE one.id <> o.id
), judged AS (
  SELECT j.case_id, had.organisation_id, j.action
  FROM taken j
  CROSS JOIN LATERAL (VALUES (j.organisation_id, j.desk), (j.home, FALSE)) AS came (body, desk)
  JOIN house ON house.judge = came.body AND NOT (came.desk AND house.below)
  JOIN taken had ON had.case_id = j.case_id AND had.organisation_id = house.unit
   AND NOT had.judges AND had.version < j.version
  WHERE j.judges AND NOT j.merged AND NOT EXISTS (
    SELECT FROM cases_event sent WHERE sent.case_id = j.case_id
     AND sent.action = ANY(%(dispatches)s)
     AND sent.version > had.version AND sent.version < j.version)
), part AS (
  SELECT case_id, organisation_id, action, judges FROM taken UNION
  SELECT case_id, organisation_id, action, TRUE FROM judged UNION
  -- The same person from two posts: no merging of a centre's desks covers that.
  SELECT j.case_id, had.organisation_id, j.action, TRUE
  FROM taken j JOIN taken had USING (case_id, member_id)
  WHERE j.judges AND NOT had.judges
)
SELECT c.number, o.code, array_agg(DISTINCT t.action) FILTER (WHERE NOT t.judges),
       array_agg(DISTINCT t.action) FILTER (WHERE t.judges), count(*) OVER ()
FROM part t JOIN cases_case c ON c.id = t.case_id
JOIN people_organisation o ON o.id = t.organisation_id
GROUP BY c.id, c.number, o.code
HAVING bool_or(t.judges) AND bool_or(NOT t.judges)
ORDER BY c.id LIMIT %(most)s
"""  # noqa: S608 (a fixed part of a statement)
