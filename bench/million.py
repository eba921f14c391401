"""Lists, nearby search and tiles at a million cases: p95, and ratio to the bare SQL."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.test import Client

from bench.frame import Figure, note, percentile, timed

ROUNDS = 60

# A case each twenty seconds; of the last week three in five are open, of those before one in five
# hundred: 20,000 in all. Poured in a hundred thousand at a time. The trigger that would ask for the history line of each case
# is off meanwhile; the rows obey every constraint, and each case has its line.
AT_ONCE = 100_000
FILL = """
INSERT INTO cases_case (number, version, status, resume_status, record_type, flow_id, trial, channel,
  external_number, imported, problem_class_id, level, description, point, raw_system, address,
  area_code, grid_code, place_level, in_service_area, reported_at, accepted_at, filed_at,
  dispatched_at, closed_at, due_at, yellow_at, handling_due_at, limit_amount, limit_unit, lead_id,
  assisting, proposal, dispatches, returns, reworks, proofs_refused, urges, escalations, reports,
  verified, handling_overdue, answer_owed, replies_owed, closing_kind, reason_code, judged_by, handled_by, units,
  members, head, substituted, platforms, returned_by, dispute_level, extensions, suspensions,
  deferrals, long_limit, appeal)
SELECT 'B' || lpad(i.n::text, 9, '0'), 1, s.status, '', 'case', f.id, false,
  (ARRAY['inspector','hotline12345','app','web'])[1 + i.n %% 4], '', true, k.id, 2,
  (ARRAY['井盖破损','暴露垃圾','占道经营','道路破损','路灯不亮'])[1 + i.n %% 5] || ' 近' || (i.n %% 997) || '号门',
  ST_SetSRID(ST_MakePoint(g.x + random() * 0.001, g.y + random() * 0.001), 4326), '',
  '文三路' || (i.n %% 499) || '号', g.community_code, g.code, '', true, at, at, at, at,
  CASE WHEN s.status = 'closed' THEN at + interval '1 day' END,
  CASE WHEN s.status <> 'closed' THEN at + interval '2 days' END, at + interval '36 hours',
  at + interval '2 days', 8, 'work_hour', u.id, '[]', '{}', 1, 0, 0, 0, 0, 0, 1, '', false, false, '[]',
  CASE WHEN s.status = 'closed' THEN 'normal' ELSE '' END, '', '[]', '[]', ARRAY[u.id], '{}',
  md5(i.n::text), false, '[]', '{}', '', 0, 0, 0, false, ''
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i(n)
CROSS JOIN LATERAL (SELECT now() - (i.n * interval '20 seconds') AS at) t
CROSS JOIN LATERAL (SELECT CASE WHEN i.n %% 500 = 0 OR (i.n <= 30000 AND i.n %% 5 < 3) THEN
  (ARRAY['handling','dispatched','handled','checked'])[1 + i.n %% 4] ELSE 'closed' END AS status) s
CROSS JOIN LATERAL (SELECT id FROM cases_flow LIMIT 1) f
JOIN bench_class k ON k.n = i.n %% (SELECT count(*) FROM bench_class)
JOIN bench_unit u ON u.n = i.n %% (SELECT count(*) FROM bench_unit)
JOIN bench_grid g ON g.n = (i.n * 7919) %% (SELECT count(*) FROM bench_grid);
INSERT INTO cases_event (case_id, version, action, source, target, role, actor, at, recorded_at,
  facts, imported, previous, hash)
SELECT id, 1, 'report', '', status, 'system', 'bench', reported_at, reported_at, '{}', true, '', head
FROM cases_case
WHERE number BETWEEN 'B' || lpad((%(first)s::bigint)::text, 9, '0') AND 'B' || lpad((%(last)s::bigint)::text, 9, '0');
"""
HELPERS = """
CREATE TEMP TABLE bench_class AS SELECT id, row_number() OVER () - 1 AS n FROM standards_problemclass;
CREATE TEMP TABLE bench_unit AS SELECT id, row_number() OVER () - 1 AS n FROM people_organisation;
CREATE TEMP TABLE bench_grid AS SELECT code, community_code, ST_XMin(geom) x, ST_YMin(geom) y,
  row_number() OVER () - 1 AS n FROM geo_unitgrid;
CREATE INDEX ON bench_class (n); CREATE INDEX ON bench_unit (n); CREATE INDEX ON bench_grid (n);
ANALYZE bench_class; ANALYZE bench_unit; ANALYZE bench_grid;
"""


def fill(count: int) -> None:
    """Pour in cases and gather statistics."""
    with connection.cursor() as cursor:
        cursor.execute(HELPERS)
        cursor.execute("ALTER TABLE cases_case DISABLE TRIGGER USER")
        for first in range(1, count + 1, AT_ONCE):
            with transaction.atomic():
                given = {"first": first, "last": min(first + AT_ONCE - 1, count)}
                for statement in FILL.split(";\n"):
                    if statement.strip():
                        cursor.execute(statement, given)
        cursor.execute("ALTER TABLE cases_case ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE cases_case, cases_event")


def measure(client: Client, *, now: datetime) -> None:
    """p95 of each read over the whole stack but the socket, and of its SQL alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_X(point), ST_Y(point), problem_class_id FROM cases_case LIMIT 1")
        lon, lat, class_id = cursor.fetchone()
    reads = {
        "list of 50, latest": "/api/v1/cases",
        "list of 50, open, by time left": "/api/v1/cases?open_only=true&order=due",
        "list of 50, one class": f"/api/v1/cases?class_id={class_id}",
        "list of 50, two-character words": "/api/v1/cases?q=井盖&size=50",
        "list of 50, words + status": "/api/v1/cases?q=路灯&status=handling",
        "nearby 100 m": f"/api/v1/cases/nearby?lon={lon}&lat={lat}&metres=100",
        "page of 50 cases": "/cases/",
        "tile z15": _tile_path(lon, lat, 15),
        "tile z11 (clustered)": _tile_path(lon, lat, 11),
    }
    for name, path in reads.items():
        _compare(name, path, client)


def _compare(name: str, path: str, client: Client) -> None:
    answer = client.get(path)
    if answer.status_code not in (200, 204):
        raise SystemExit(f"{path}: {answer.status_code} {answer.content[:300]!r}")
    statements = _statements(lambda: client.get(path))
    whole = percentile(timed(lambda: client.get(path), ROUNDS), 0.95)
    bare = percentile(timed(lambda: _replay(statements), ROUNDS), 0.95)
    note(Figure(f"{name}: p95 ({len(statements)} statements)", whole, "ms", "its bare SQL", bare))


def _statements(act: Callable[[], Any]) -> list[tuple[str, Any]]:
    """The SQL that the call sends."""
    found: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        act()
    return [one for one in found if one[0].lstrip().upper().startswith(("SELECT", "WITH"))]


def _replay(statements: list[tuple[str, Any]]) -> None:
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            cursor.fetchall()


def _tile_path(lon: float, lat: float, zoom: int) -> str:
    n = 2**zoom
    x = int((lon + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)
    return f"/tiles/cases/{zoom}/{x}/{y}.mvt"
