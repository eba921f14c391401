"""Small files of both formats for tests, and what must hold of every imported case."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from cityloop.cases import proof
from cityloop.cases.models import Case, CaseEvent, Task, Timer
from cityloop.exchange import operations
from cityloop.kernel.actor import Actor
from cityloop.kernel.reports import ImportReport

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PINGSHAN = {
    "REC_ID": "1", "CREATE_TIME": "2018-07-04 17:24:41", "EVENT_SRC_NAME": "12345",
    "EVENT_PROPERTY_NAME": "投诉", "EVENT_TYPE_ID": "6", "EVENT_TYPE_NAME": "市政设施",
    "MAIN_TYPE_ID": "185", "MAIN_TYPE_NAME": "公用部件", "SUB_TYPE_ID": "630",
    "SUB_TYPE_NAME": "下水井盖", "STREET_NAME": "坪山街道", "COMMUNITY_NAME": "和平社区",
    "DISPOSE_UNIT_ID": "1536", "DISPOSE_UNIT_NAME": "环境保护和水务局",
    "INTIME_ARCHIVE_NUM": "1", "OVERTIME_ARCHIVE_NUM": "0",
}  # fmt: skip
LA311 = {
    "srnumber": "1-1", "requesttype": "Bulky Items", "createddate": "2018-12-03 09:00:00",
    "closeddate": "2018-12-05 15:00:00", "servicedate": "2018-12-05 14:00:00",
    "updateddate": "2018-12-05 15:00:01", "status": "Closed", "owner": "BOS", "assignto": "NC",
    "requestsource": "Call", "address": "1 MAIN ST, 90012", "latitude": "34.05",
    "longitude": "-118.24", "ncname": "DOWNTOWN", "cd": "14",
}  # fmt: skip


def write(path: Path, sample: dict[str, str], *rows: dict[str, str]) -> Path:
    """A file whose rows differ from the sample as told; gzipped where its name says so."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(sample))
        writer.writeheader()
        writer.writerows({**sample, **row} for row in rows)
    return path


def numbered(count: int) -> list[dict[str, str]]:
    """So many rows of la311, all alike but for their number."""
    return [{"srnumber": f"1-{n}"} for n in range(count)]


def real(shared: Path, name: str) -> Path:
    """A real file: pingshan or la311."""
    names = {"pingshan": "pingshan/cases.csv", "la311": "los_angeles_311/requests.csv.gz"}
    return shared / "data" / names[name]


def head(source: Path, target: Path, count: int) -> Path:
    """The first rows of a real file."""
    opened = gzip.open if source.suffix == ".gz" else open
    with opened(source, "rt", encoding="utf-8-sig", newline="") as stream:
        target.write_text("".join(islice(stream, count + 1)), encoding="utf-8")
    return target


def take(path: Path, kind: str, **more: object) -> ImportReport:
    """Import as the command does."""
    return operations.import_cases(path, format=kind, actor=Actor.system("import"), now=NOW, **more)  # type: ignore[arg-type]


def only() -> Case:
    """The one imported case."""
    return Case.objects.get(imported=True)


def facts(case: Case, action: str) -> dict:
    """What the history line of an action says."""
    return CaseEvent.objects.get(case=case, action=action).facts


def check_invariants() -> None:
    """What holds of every case, however it came in."""
    verdict = proof.verify(now=NOW)
    assert verdict.whole, verdict.broken
    lines = Counter(CaseEvent.objects.values_list("case_id", flat=True))
    cases = list(Case.objects.all())
    assert {case.pk: case.version for case in cases} == dict(lines)
    ended = [case.pk for case in cases if not case.open]
    assert not Timer.objects.filter(case__in=ended).exclude(state="ended").exists()
    assert not Task.objects.filter(case__in=ended, closed_at=None).exists()
    handling = {case.pk for case in cases if case.status == "handling"}
    running = Timer.objects.filter(kind="handling", state="running", fire_at__isnull=False)
    assert set(running.values_list("case_id", flat=True)) == handling
    assert not CaseEvent.objects.filter(case__imported=True, imported=False).exists()
