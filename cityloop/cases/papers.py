"""What stands beside the history and is proven by it: papers and what is noted of them, the flow,
the filing rules."""

from __future__ import annotations

import orjson
from django.db import connection, transaction

from cityloop.cases import chain
from cityloop.cases.models import Flow
from cityloop.standards.models import FilingRule

Found = tuple[str, str] | None  # (where, what is wrong)


def without_line() -> Found:
    """A line that names a paper which the case has not any more, or a paper that no line names."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.number, e.version, left(p.paper->>1, 12)
                 FROM cases_event e JOIN cases_case c ON c.id = e.case_id
                CROSS JOIN LATERAL jsonb_array_elements(e.facts->'papers') AS p(paper)
                WHERE e.facts ? 'papers' AND NOT EXISTS (
                  SELECT 1 FROM cases_attachment a JOIN kernel_file f ON f.id = a.file_id
                   WHERE a.case_id = e.case_id AND a.version = e.version
                     AND f.sha256 = p.paper->>1
                     -- Early lines name a picture once for each part it was given for.
                     AND e.facts->'papers' @> jsonb_build_array(
                           jsonb_build_array(a.stage, f.sha256)))
                LIMIT 1"""
        )
        gone = cursor.fetchone()
        cursor.execute(
            """SELECT c.number, a.version, left(f.sha256, 12)
                 FROM cases_attachment a JOIN cases_case c ON c.id = a.case_id
                 JOIN kernel_file f ON f.id = a.file_id
                WHERE NOT EXISTS (
                  SELECT 1 FROM cases_event e WHERE e.case_id = a.case_id AND e.version = a.version
                     AND e.facts->'papers' @> jsonb_build_array(
                           jsonb_build_array(a.stage, f.sha256)))
                LIMIT 1"""
        )
        new = cursor.fetchone()
    if gone is not None:
        return (f"case {gone[0]} version {gone[1]}", f"its paper {gone[2]} is missing")
    if new is not None:
        return (f"case {new[0]} version {new[1]}", f"no line names its paper {new[2]}")
    return None


def noted_otherwise() -> Found:
    """The first paper whose name, origin or remarks are not those that its line took over.

    Lines from before they did so name a paper by stage and content alone.
    """
    with transaction.atomic(), connection.connection.cursor(name="cityloop_papers") as cursor:
        cursor.execute(
            """SELECT c.number, a.version, f.sha256, a.filename, a.from_album, a.remarks,
                      p.paper->>2
                 FROM cases_attachment a JOIN cases_case c ON c.id = a.case_id
                 JOIN kernel_file f ON f.id = a.file_id
                 JOIN cases_event e ON e.case_id = a.case_id AND e.version = a.version
                CROSS JOIN LATERAL jsonb_array_elements(e.facts->'papers') AS p(paper)
                WHERE p.paper->>1 = f.sha256 AND p.paper->>0 = a.stage
                  AND jsonb_array_length(p.paper) > 2"""
        )
        for number, version, sha256, filename, from_album, remarks, noted in cursor:
            if noted != chain.paper_digest(
                filename=filename, from_album=from_album, remarks=orjson.loads(remarks)
            ):
                what = f"what is noted of its paper {sha256[:12]} was changed"
                return f"case {number} version {version}", what
    return None


def rule_otherwise() -> Found:
    """The first filing rule that is not any more what the cases filed under it were told.

    Lines from before they named its digest tell its number and the limit alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (e.facts->>'rule')::bigint, e.facts->>'rule_digest', min(c.number)
                 FROM cases_event e JOIN cases_case c ON c.id = e.case_id
                WHERE e.facts ? 'rule_digest' GROUP BY 1, 2 ORDER BY 3"""
        )
        told = cursor.fetchall()
    rules = FilingRule.objects.select_related("problem_class").only(
        *chain.RULE, "problem_class__name_zh", "problem_class__level"
    )
    now = rules.in_bulk([pk for pk, _digest, _number in told])
    for pk, digest, number in told:
        if pk not in now or chain.rule_digest(now[pk]) != digest:
            return f"filing rule {pk}", f"it is not what case {number} was filed under"
    return None


def flow_otherwise() -> Found:
    """The first flow that is not any more what the cases that began with it were told."""
    now = {row.code: chain.flow_digest(row.code, row.parameters) for row in Flow.objects.all()}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.facts->'flow'->>0, e.facts->'flow'->>1, min(c.number)
                 FROM cases_event e JOIN cases_case c ON c.id = e.case_id
                WHERE e.version = 1 AND e.facts ? 'flow' GROUP BY 1, 2 ORDER BY 3"""
        )
        for code, digest, number in cursor:
            if now.get(code) != digest:
                return f"flow {code}", f"it is not what case {number} began with"
    return None
