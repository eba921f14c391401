"""What stands beside the history and is proven by it: papers and what is noted of them, the flow,
the filing rules and their classes."""

from __future__ import annotations

import orjson
from django.db import connection, transaction

from cityloop.cases import chain
from cityloop.cases.models import Flow
from cityloop.kernel.faults import Broken, Tally
from cityloop.standards.models import FilingRule


def otherwise() -> list[Broken]:
    """Everything beside the history that is not what the history says, by kind."""
    tally = Tally()
    for examine in (_without_line, _noted, _flows, _rules):
        examine(tally)
    return tally.found()


_GONE = """
SELECT c.number, e.version, left(p.paper->>1, 12), count(*) OVER ()
  FROM cases_event e JOIN cases_case c ON c.id = e.case_id
 CROSS JOIN LATERAL jsonb_array_elements(e.facts->'papers') AS p(paper)
 WHERE e.facts ? 'papers' AND NOT EXISTS (
   SELECT 1 FROM cases_attachment a JOIN kernel_file f ON f.id = a.file_id
    WHERE a.case_id = e.case_id AND a.version = e.version AND f.sha256 = p.paper->>1
      -- Early lines name a picture once for each part it was given for.
      AND e.facts->'papers' @> jsonb_build_array(jsonb_build_array(a.stage, f.sha256)))
 ORDER BY e.id LIMIT 1"""
_NEW = """
SELECT c.number, a.version, left(f.sha256, 12), count(*) OVER ()
  FROM cases_attachment a JOIN cases_case c ON c.id = a.case_id
  JOIN kernel_file f ON f.id = a.file_id
 WHERE NOT EXISTS (
   SELECT 1 FROM cases_event e WHERE e.case_id = a.case_id AND e.version = a.version
      AND e.facts->'papers' @> jsonb_build_array(jsonb_build_array(a.stage, f.sha256)))
 ORDER BY a.id LIMIT 1"""


def _without_line(tally: Tally) -> None:
    """Lines that name a paper which the case has not any more; papers that no line names."""
    for query, what in ((_GONE, "its paper {} is missing"), (_NEW, "no line names its paper {}")):
        with connection.cursor() as cursor:
            cursor.execute(query)
            first = cursor.fetchone()
        if first is not None:
            number, version, sha256, count = first
            tally.add(f"case {number} version {version}", what.format(sha256), count=count)


def _noted(tally: Tally) -> None:
    """Papers whose name, origin, remarks or moment are not those that their line took over.

    Lines from before they did so name a paper by stage and content alone.
    """
    with transaction.atomic(), connection.connection.cursor(name="cityloop_papers") as cursor:
        cursor.execute(
            """SELECT c.number, a.version, f.sha256, a.filename, a.from_album, a.remarks,
                      a.added_at = e.at, p.paper->>2
                 FROM cases_attachment a JOIN cases_case c ON c.id = a.case_id
                 JOIN kernel_file f ON f.id = a.file_id
                 JOIN cases_event e ON e.case_id = a.case_id AND e.version = a.version
                CROSS JOIN LATERAL jsonb_array_elements(e.facts->'papers') AS p(paper)
                WHERE p.paper->>1 = f.sha256 AND p.paper->>0 = a.stage
                  AND jsonb_array_length(p.paper) > 2"""
        )
        for number, version, sha256, filename, from_album, remarks, then, noted in cursor:
            if not then or noted != chain.paper_digest(
                filename=filename, from_album=from_album, remarks=orjson.loads(remarks)
            ):
                what = f"what is noted of its paper {sha256[:12]} was changed"
                tally.add(f"case {number} version {version}", what, kind="noted")


def _rules(tally: Tally) -> None:
    """Filing rules, and classes, that are not any more what the cases filed under them were told.

    Lines from before they named the class by itself have one digest of both; those from before that
    tell the rule's number and the limit alone.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (e.facts->>'rule')::bigint, e.facts->>'rule_digest',
                      e.facts->>'class_digest', min(c.number)
                 FROM cases_event e JOIN cases_case c ON c.id = e.case_id
                WHERE e.facts ? 'rule_digest' GROUP BY 1, 2, 3 ORDER BY 4"""
        )
        told = cursor.fetchall()
    now = FilingRule.objects.select_related("problem_class").in_bulk([row[0] for row in told])
    seen: set[str] = set()
    for pk, digest, of_class, number in told:
        rule = now.get(pk)
        if of_class is None and (rule is None or chain.rule_and_class_digest(rule) != digest):
            where, what = f"filing rule {pk}", "it or its class is not what case {} was filed under"
        elif rule is None or (of_class is not None and chain.rule_digest(rule) != digest):
            where, what = f"filing rule {pk}", "it is not what case {} was filed under"
        elif of_class is not None and chain.class_digest(rule.problem_class) != of_class:
            where = f"problem class {rule.problem_class.code}"
            what = "it is not what case {} was filed under"
        else:
            continue
        if where not in seen:
            seen.add(where)
            tally.add(where, what.format(number), kind=f"{where.split()[0]} {what}")


def _flows(tally: Tally) -> None:
    """Flows that are not any more what the cases that began with them were told.

    Lines from before it was told say nothing of the moment of publication.
    """
    now = {
        row.code: {
            chain.flow_digest(row.code, row.parameters, row.published_at),
            chain.flow_digest(row.code, row.parameters),
        }
        for row in Flow.objects.all()
    }
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.facts->'flow'->>0, e.facts->'flow'->>1, min(c.number)
                 FROM cases_event e JOIN cases_case c ON c.id = e.case_id
                WHERE e.version = 1 AND e.facts ? 'flow' GROUP BY 1, 2 ORDER BY 3"""
        )
        for code, digest, number in cursor:
            if digest not in now.get(code, ()):
                what = f"it is not what case {number} began with"
                tally.add(f"flow {code}", what, kind="flow")
