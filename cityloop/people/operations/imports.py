"""Organisations and the matrix from CSV: all rows, or none and the reason for each bad one."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Problem
from cityloop.kernel.reports import ImportReport, Rejection
from cityloop.people.models import ANY, Duty, Organisation
from cityloop.people.operations.organisations import (
    CHANGEABLE,
    change_organisation,
    create_organisation,
    read_region,
)
from cityloop.people.operations.record import require_whole_city, touch
from cityloop.people.operations.responsibilities import (
    Cell,
    Entry,
    known_classes,
    later_lines,
    objections,
    read_area,
    write_entries,
)

ORGANISATION_COLUMNS = ("code", "name_zh", "kind")
RESPONSIBILITY_COLUMNS = (
    "class_kind", "major_code", "minor_code", "region_code", "lead_code", "source_document",
)  # fmt: skip
Row = dict[str, str]


class BadTable(Invalid):
    """The file is no such table: wrong encoding, or a column is missing."""

    code = "bad-table"


def read_table(path: Path, needed: Sequence[str]) -> list[tuple[int, Row]]:
    """(line number, row) of a CSV in UTF-8 (with or without BOM) or GB 18030. Raises BadTable."""
    raw = path.read_bytes()
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            content = raw.decode("gb18030")
        except UnicodeDecodeError as error:
            raise BadTable(_("the file is neither UTF-8 nor GB 18030")) from error
    reader = csv.DictReader(io.StringIO(content, newline=""))
    missing = [name for name in needed if name not in (reader.fieldnames or ())]
    if missing:
        raise BadTable(_("columns are missing: %(names)s") % {"names": ", ".join(missing)})
    return [
        (reader.line_num, {key: (value or "").strip() for key, value in row.items() if key})
        for row in reader
    ]


def _all_or_none(work: Callable[[ImportReport], None], *, started: float) -> ImportReport:
    report = ImportReport()
    with transaction.atomic():
        work(report)
        if report.rejected:
            transaction.set_rollback(True)
            report.imported = report.joined = 0
            report.notes.append(_("nothing was imported: correct the rows and try again"))
    report.seconds = time.monotonic() - started
    return report


def import_organisations(
    path: Path, *, actor: Actor, now: datetime, valid_from: date | None = None
) -> ImportReport:
    """Organisations by code, in any order; those that exist are brought up to date (`joined`).

    Columns: code, name_zh, kind and, where known, name_en, parent_code, region_code, phone, level.
    """
    started = time.monotonic()
    require_whole_city(actor)
    rows = read_table(path, ORGANISATION_COLUMNS)

    def work(report: ImportReport) -> None:
        known = {row.code: row for row in Organisation.objects.all()}
        ordered, report.rejected = parents_first(rows, known)
        for line, row in ordered:
            try:
                with transaction.atomic():
                    _put_organisation(row, known, report, actor, now, valid_from)
            except Problem as problem:
                report.rejected.append(Rejection(line, row["code"], str(problem)))

    return _all_or_none(work, started=started)


def parents_first(
    rows: Sequence[tuple[int, Row]], known: Iterable[str]
) -> tuple[list[tuple[int, Row]], list[Rejection]]:
    """The rows so that every parent goes before its children, and those that cannot be placed."""
    placed, rejected, ordered = set(known), [], []
    codes = {row["code"] for _line, row in rows}
    seen: set[str] = set()
    waiting = []
    for line, row in rows:
        parent = row.get("parent_code", "")
        if row["code"] in seen:
            rejected.append(Rejection(line, row["code"], _("the code occurs twice in the file")))
        elif parent and parent not in codes and parent not in placed:
            rejected.append(
                Rejection(line, row["code"], _("unknown parent %(code)s") % {"code": parent})
            )
        else:
            waiting.append((line, row))
        seen.add(row["code"])
    while waiting:
        ready = [one for one in waiting if one[1].get("parent_code", "") in {"", *placed}]
        if not ready:
            break
        ordered += ready
        placed |= {row["code"] for _line, row in ready}
        waiting = [one for one in waiting if one not in ready]
    rejected += [
        Rejection(line, row["code"], _("the parents form a circle")) for line, row in waiting
    ]
    return ordered, rejected


def _put_organisation(
    row: Row,
    known: dict[str, Organisation],
    report: ImportReport,
    actor: Actor,
    now: datetime,
    valid_from: date | None,
) -> None:
    given: dict[str, Any] = {key: row[key] for key in CHANGEABLE if key in row and key != "trial"}
    if (old := known.get(row["code"])) is not None:
        given["region_code"] = read_region(given.get("region_code", old.region_code))
        new = {key: value for key, value in given.items() if getattr(old, key) != value}
        if new:
            change_organisation(organisation_id=old.pk, actor=actor, now=now, **new)
        report.joined += 1
        return
    known[row["code"]] = create_organisation(
        code=row["code"],
        parent=known.get(row.get("parent_code", "")),
        actor=actor,
        now=now,
        valid_from=valid_from,
        **given,
    )
    report.imported += 1


def import_responsibilities(
    path: Path, *, actor: Actor, now: datetime, edition_code: str = ANY
) -> ImportReport:
    """Lines of the matrix; a cell that says the same already is `joined`, others get a new line.

    Columns: class_kind, major_code, minor_code ("*" any), region_code, lead_code, source_document
    and, where known, owner_code, lead_role, assist ("role:code;role:code"), valid_from, and
    edition_code, which goes before the argument.
    """
    started = time.monotonic()
    require_whole_city(actor)
    rows = read_table(path, RESPONSIBILITY_COLUMNS)
    units = dict(Organisation.objects.filter(active=True).values_list("code", "id"))
    today = timezone.localdate(now)

    def work(report: ImportReport) -> None:
        entries: list[tuple[int, Entry]] = []
        for line, row in rows:
            try:
                entries.append((line, _entry(row, units, edition_code, today)))
            except Problem as problem:
                report.rejected.append(Rejection(line, _key(row), str(problem)))
        report.rejected += _rejections(entries)
        if not report.rejected:
            written = write_entries([one for _line, one in entries], actor=actor, now=now)
            report.imported = len(written)
            report.joined = len(entries) - len(written)
            touch()

    return _all_or_none(work, started=started)


def _key(row: Row) -> str:
    names = ("class_kind", "major_code", "minor_code", "region_code")
    return " ".join(row.get(name, "") for name in names)


def _entry(row: Row, units: dict[str, int], edition: str, today: date) -> Entry:
    owner = row.get("owner_code", "")
    cell = Cell(
        kind=row["class_kind"],
        edition=row.get("edition_code") or edition,
        major=row["major_code"] or ANY,
        minor=row["minor_code"] or ANY,
        region=read_area(row["region_code"]),
        owner_id=_unit(owner, units) if owner not in ("", ANY) else None,
    )
    return Entry(
        cell=cell,
        lead_id=_unit(row["lead_code"], units),
        lead_role=row.get("lead_role") or Duty.RECTIFY,
        assists=tuple(_assists(row.get("assist", ""), units)),
        valid_from=_day(row.get("valid_from", ""), today),
        source_document=row["source_document"],
    )


def _unit(code: str, units: dict[str, int]) -> int:
    if code not in units:
        raise Invalid(_("unknown organisation %(code)s") % {"code": code or "-"})
    return units[code]


def _assists(text: str, units: dict[str, int]) -> Iterable[tuple[int, str]]:
    for part in filter(None, (one.strip() for one in text.split(";"))):
        duty, _colon, code = part.partition(":")
        yield _unit(code.strip(), units), duty.strip()


def _day(text: str, today: date) -> date:
    if not text:
        return today
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(_("%(text)s is no day (YYYY-MM-DD)") % {"text": text}) from error


def _rejections(entries: Sequence[tuple[int, Entry]]) -> list[Rejection]:
    classes = known_classes([entry.cell.edition for _line, entry in entries])
    areas = geo.areas_known(entry.cell.region for _line, entry in entries)
    later = later_lines([entry for _line, entry in entries])
    seen: dict[Cell, int] = {}
    found = []
    for line, entry in entries:
        wrong = objections(entry, classes, areas)
        if entry.cell in seen:
            wrong.append(_("the same cell as line %(line)s") % {"line": seen[entry.cell]})
        if entry.cell in later:
            wrong.append(later[entry.cell])
        seen.setdefault(entry.cell, line)
        if wrong:
            found.append(Rejection(line, str(entry.cell), "; ".join(wrong)))
    return found
