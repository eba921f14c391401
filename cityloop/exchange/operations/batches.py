"""A batch of rows: read, walked through the life cycle in memory, written in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cityloop.cases import bulk
from cityloop.cases import operations as cases
from cityloop.cases.change import CLOCK_TIME, Change
from cityloop.exchange import reading
from cityloop.exchange.operations.ground import Ground
from cityloop.exchange.source import Record, Unreadable
from cityloop.kernel import garbage
from cityloop.kernel.errors import Refused
from cityloop.kernel.reports import Rejection

LONGEST_NUMBER = 64
ATTEMPTS = 3
# Steps that the unit takes; the others are the platform's, the first that of who brought it.
OF_UNIT = frozenset({"receive", "finish"})
CLOSE = {"closing_condition": True}


@dataclass(slots=True)
class Taken:
    """What became of a batch."""

    rows: int
    imported: int = 0
    joined: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    remarks: Counter[str] = field(default_factory=Counter)
    otherwise: list[str] = field(default_factory=list)  # numbers of cases that stand otherwise here


Records = dict[str, tuple[int, Record]]  # by external number, with the line of the file


def take(ground: Ground, lines: Sequence[reading.Line]) -> Taken:
    """Make cases of these rows; one transaction, so all of them stand or none does.

    Another import of the same file may be at work: then its rows are found at the next attempt.
    """
    with garbage.later():
        return _take(ground, lines)


def _take(ground: Ground, lines: Sequence[reading.Line]) -> Taken:
    taken = Taken(len(lines))
    records = _records(ground, lines, taken)
    for attempt in range(ATTEMPTS):
        _leave_out_known(records, taken)
        walked, refused = _walked(ground, records)
        try:
            with transaction.atomic():
                bulk.write(walked.values())
        except IntegrityError as error:
            if "case_imported_once" not in str(error) or attempt == ATTEMPTS - 1:
                raise
            continue
        break
    taken.rejected += refused
    taken.imported = len(walked)
    taken.remarks.update(remark for key in walked for remark in records[key][1].remarks)
    return taken


def _records(ground: Ground, lines: Sequence[reading.Line], taken: Taken) -> Records:
    """What the rows say; those that cannot be read, and those that came twice, are counted."""
    source, records = ground.source, Records()
    for line, row in lines:
        try:
            record = reading.record(source, row)
            _check(record, ground)
        except Unreadable as error:
            key = str(row.get(source.columns[0]) or "")[:LONGEST_NUMBER]
            taken.rejected.append(Rejection(line, key, str(error)))
            continue
        external = f"{source.code}/{record.number}"
        taken.joined += external in records
        records.setdefault(external, (line, record))
    return records


def _check(record: Record, ground: Ground) -> None:
    if not record.number or len(record.number) + len(ground.source.code) >= LONGEST_NUMBER:
        raise Unreadable(_("it has no number, or one that is too long"))
    if record.stages[-1].at > ground.now:
        raise Unreadable(_("it lies in the future"))


# One array, not a parameter for each number: a plan kept for hundreds of parameters reads the whole
# table and makes the array anew for every row of it.
KNOWN_SQL = """SELECT external_number, status FROM cases_case
WHERE imported AND NOT external_number = '' AND external_number = ANY(%s)"""


def _leave_out_known(records: Records, taken: Taken) -> None:
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_SQL, [list(records)])
        known = cursor.fetchall()
    for external, status in known:
        _line, record = records.pop(external)
        taken.joined += 1
        told = bulk.ends_as(stage.action for stage in record.stages)
        if told and told != status:
            taken.otherwise.append(record.number)


def _walked(ground: Ground, records: Records) -> tuple[dict[str, Change], list[Rejection]]:
    """The records as walked cases by external number, and those that the life cycle refuses."""
    walked: dict[str, Change] = {}
    refused = []
    ids = cases.next_case_ids(len(records))
    for case_id, (external, (line, record)) in zip(ids, records.items(), strict=True):
        try:
            walked[external] = _walk(ground, record, external, case_id)
        except Refused as error:
            refused.append(Rejection(line, record.number, str(error)))
    return walked, refused


def _walk(ground: Ground, record: Record, external: str, case_id: int) -> Change:
    rule = ground.rules[record.problem.key]
    new = cases.NewCase(
        channel=record.channel,
        flow=ground.flow,
        description=record.description,
        problem_class_id=rule.problem_class_id,
        lon=record.lon,
        lat=record.lat,
        raw=(record.lon, record.lat, "wgs84" if record.lon is not None else ""),
        address=record.address[:200],
        area_code=record.area_code,
        external_number=external,
        imported=True,
        facts=record.facts,
    )
    return bulk.walk(
        new,
        _past(ground, record, {"filing_rule": rule}),
        case_id=case_id,
        recorded_at=ground.now,
        working_time=CLOCK_TIME,
    )


def _past(ground: Ground, record: Record, filing: dict[str, Any]) -> list[bulk.PastStep]:
    """The stages as steps: who took each, and the rows that it asks for."""
    given: dict[str, dict[str, Any]] = {"file": filing, "close": CLOSE}
    unit = ""
    if record.unit:
        row = ground.units[record.unit.code]
        given["dispatch"], unit = {"unit": row}, row.name_zh
    first, platform = record.stages[0].action, ground.source.platform
    return [
        bulk.PastStep(
            stage.action,
            stage.at,
            record.brought_by
            if stage.action == first
            else (unit if stage.action in OF_UNIT else platform),
            given.get(stage.action, stage.inputs),
            stage.facts,
        )
        for stage in record.stages
    ]
