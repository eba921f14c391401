"""Organisations and the matrix from tables: all rows, or none and the reason for each bad one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Problem
from cityloop.kernel.reports import (
    CHANGED,
    NEW,
    SAME,
    Effect,
    ImportReport,
    Progress,
    Rejection,
    counted,
    rejections,
)
from cityloop.kernel.tables import Row, read_table
from cityloop.people.models import ANY, Duty, Organisation, OrganisationKind, Responsibility
from cityloop.people.operations.organisations import (
    change_organisation,
    create_organisation,
    move_organisation,
    read_region,
)
from cityloop.people.operations.record import one_at_a_time, require_whole_city, touch
from cityloop.people.operations.responsibilities import (
    Cell,
    Entry,
    idle_bodies,
    known_classes,
    later_lines,
    objections,
    read_area,
    row_of,
    running_lines,
    write_entries,
)

ORGANISATION_COLUMNS = ("code", "name_zh", "kind")
RESPONSIBILITY_COLUMNS = (
    "class_kind", "major_code", "minor_code", "region_code", "lead_code", "source_document",
)  # fmt: skip
SAID = ("lead_code", "lead_role", "assist", "source_document")
# What a row of the file may say of an organisation beyond its code and the body above it.
FACTS = ("name_zh", "name_en", "kind", "region_code", "level", "phone")
R = TypeVar("R", bound=ImportReport)


def all_or_none(report: R, work: Callable[[R], None], *, started: float) -> R:
    """Do the work in one transaction; where it rejects a row nothing of it stays."""
    with transaction.atomic():
        work(report)
        if report.rejected:
            transaction.set_rollback(True)
            report.take_nothing()
    report.seconds = time.monotonic() - started
    return report


def import_organisations(
    path: Path,
    *,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Organisations by code, in any order; those that exist are brought up to date (`joined`).

    Columns: code, name_zh, kind and, where known, name_en, parent_code, region_code, phone, level.
    What the file has no column for stays; an empty parent_code makes a root. Raises BadTable,
    NotAllowed.
    """
    started = time.monotonic()
    require_whole_city(actor)
    rows = read_table(path, ORGANISATION_COLUMNS)

    def work(report: ImportReport) -> None:
        one_at_a_time()
        known = {row.code: row for row in Organisation.objects.all()}
        ordered, report.rejected = parents_first(rows, known)
        for line, row in counted(ordered, progress):
            try:
                with transaction.atomic():
                    effect = _put_organisation(line, row, known, actor, now, valid_from)
            except Problem as problem:
                report.rejected += rejections(line, row["code"], problem)
            else:
                report.effects.append(effect)
                report.imported += effect.what == NEW
                report.joined += effect.what != NEW

    return all_or_none(ImportReport(), work, started=started)


def parents_first(
    rows: Sequence[tuple[int, Row]], known: Iterable[str]
) -> tuple[list[tuple[int, Row]], list[Rejection]]:
    """The rows so that every parent goes before its children, and those that cannot be placed."""
    codes = {row["code"] for _line, row in rows}
    placed, rejected, ordered = set(known) - codes, [], []
    seen: set[str] = set()
    waiting = []
    for line, row in rows:
        parent = row.get("parent_code", "")
        if row["code"] in seen:
            why = _("the code occurs twice in the file")
            rejected.append(Rejection(line, row["code"], why, "code"))
        elif parent and parent not in codes and parent not in placed:
            why = _("unknown parent %(code)s") % {"code": parent}
            rejected.append(Rejection(line, row["code"], why, "parent_code"))
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
    return ordered, rejected + _unplaced(waiting, {one.key for one in rejected})


def _unplaced(rows: Sequence[tuple[int, Row]], refused: set[str]) -> list[Rejection]:
    """Why rows have no place: the row above is refused, else the parents form a circle."""
    found: list[Rejection] = []
    left = list(rows)
    while below := [one for one in left if one[1]["parent_code"] in refused]:
        for line, row in below:
            why = _("the row of its parent %(code)s is refused") % {"code": row["parent_code"]}
            found.append(Rejection(line, row["code"], why, "parent_code"))
        refused = refused | {row["code"] for _line, row in below}
        left = [one for one in left if one not in below]
    circle = _("the parents form a circle")
    return found + [Rejection(line, row["code"], circle, "parent_code") for line, row in left]


def _put_organisation(
    line: int,
    row: Row,
    known: dict[str, Organisation],
    actor: Actor,
    now: datetime,
    valid_from: date | None,
) -> Effect:
    given: dict[str, Any] = {key: row[key] for key in FACTS if key in row}
    parent = known.get(row.get("parent_code", ""))
    if (old := known.get(row["code"])) is not None:
        return _bring_up_to_date(line, row, old, parent, actor, now)
    known[row["code"]] = create_organisation(
        code=row["code"],
        parent=parent,
        actor=actor,
        now=now,
        valid_from=valid_from,
        **given,
    )
    return Effect(line, row["code"], row["name_zh"], NEW)


def _bring_up_to_date(
    line: int,
    row: Row,
    old: Organisation,
    parent: Organisation | None,
    actor: Actor,
    now: datetime,
) -> Effect:
    given: dict[str, Any] = {key: row[key] for key in FACTS if key in row}
    given["region_code"] = read_region(given.get("region_code", old.region_code))
    new = {key: value for key, value in given.items() if getattr(old, key) != value}
    if "kind" in new and old.kind == OrganisationKind.CITY_PLATFORM:
        why = _("%(code)s is the city's platform and stays it: its posts lead the city")
        raise Invalid(why % {"code": old.code})
    fields = [(key, str(getattr(old, key)), str(value)) for key, value in new.items()]
    if new:
        change_organisation(organisation_id=old.pk, actor=actor, now=now, **new)
    above = parent.pk if parent else None
    if "parent_code" in row and old.parent_id != above:
        before = old.parent.code if old.parent else ""
        fields.append(("parent_code", before, parent.code if parent else ""))
        move_organisation(organisation_id=old.pk, parent_id=above, actor=actor, now=now)
    return Effect(line, row["code"], old.name_zh, CHANGED if fields else SAME, tuple(fields))


def import_responsibilities(
    path: Path,
    *,
    actor: Actor,
    now: datetime,
    edition_code: str = ANY,
    progress: Progress | None = None,
) -> ImportReport:
    """Lines of the matrix; a cell that says the same already is `joined`, others get a new line.

    Columns: class_kind, major_code, minor_code ("*" any), region_code, lead_code, source_document
    and, where known, owner_code, lead_role, assist ("role:code;role:code"), valid_from, and
    edition_code, which goes before the argument. Raises BadTable, NotAllowed.
    """
    started = time.monotonic()
    require_whole_city(actor)
    rows = read_table(path, RESPONSIBILITY_COLUMNS)
    units = dict(Organisation.objects.filter(active=True).values_list("code", "id"))
    today = timezone.localdate(now)

    def work(report: ImportReport) -> None:
        entries: list[tuple[int, Entry]] = []
        for line, row in counted(rows, progress):
            try:
                entries.append((line, _entry(row, units, edition_code, today)))
            except Problem as problem:
                report.rejected += rejections(line, _key(row), problem)
        report.rejected += _rejections(entries)
        if not report.rejected:
            report.effects = _line_effects(entries, units)
            written = write_entries([one for _line, one in entries], actor=actor, now=now)
            report.imported = len(written)
            report.joined = len(entries) - len(written)
            touch()

    return all_or_none(ImportReport(), work, started=started)


def _line_effects(entries: Sequence[tuple[int, Entry]], units: dict[str, int]) -> list[Effect]:
    """Which unit leads by a line, beside the one that did."""
    codes = {pk: code for code, pk in units.items()}
    old = running_lines([one for _line, one in entries])
    found = []
    for line, entry in entries:
        row, lead = old[entry.cell], codes[entry.lead_id]
        if row is None:
            found.append(Effect(line, str(entry.cell), lead, NEW))
            continue
        before, after = _said_by(row), _said_by(row_of(entry))
        fields = tuple(
            (name, codes.get(was, str(was)), codes.get(will, str(will)))
            for name, was, will in zip(SAID, before, after, strict=True)
            if was != will
        )
        found.append(Effect(line, str(entry.cell), lead, CHANGED if fields else SAME, fields))
    return found


def _said_by(row: Responsibility) -> tuple[Any, ...]:
    assists = ";".join(f"{one['role']}:{one['organisation']}" for one in row.assists)
    return (row.lead_id, row.lead_role, assists, row.source_document)


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
        owner_id=_unit(owner, units, "owner_code") if owner not in ("", ANY) else None,
    )
    return Entry(
        cell=cell,
        lead_id=_unit(row["lead_code"], units, "lead_code"),
        lead_role=row.get("lead_role") or Duty.RECTIFY,
        assists=tuple(_assists(row.get("assist", ""), units)),
        valid_from=_day(row.get("valid_from", ""), today),
        source_document=row["source_document"],
    )


def _unit(code: str, units: dict[str, int], column: str) -> int:
    if code not in units:
        why = _("unknown organisation %(code)s") % {"code": code or "-"}
        raise Invalid(why, fields={column: why})
    return units[code]


def _assists(text: str, units: dict[str, int]) -> Iterable[tuple[int, str]]:
    for part in filter(None, (one.strip() for one in text.split(";"))):
        duty, _colon, code = part.partition(":")
        yield _unit(code.strip(), units, "assist"), duty.strip()


def _day(text: str, today: date) -> date:
    if not text:
        return today
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        why = _("%(text)s is no day (YYYY-MM-DD)") % {"text": text}
        raise Invalid(why, fields={"valid_from": why}) from error


def _rejections(entries: Sequence[tuple[int, Entry]]) -> list[Rejection]:
    classes = known_classes([entry.cell.edition for _line, entry in entries])
    areas = geo.areas_known(entry.cell.region for _line, entry in entries)
    later = later_lines([entry for _line, entry in entries])
    idle = idle_bodies([entry for _line, entry in entries])
    seen: dict[Cell, int] = {}
    found = []
    for line, entry in entries:
        wrong = objections(entry, classes, areas, idle)
        if entry.cell in seen:
            wrong.append(_("the same cell as line %(line)s") % {"line": seen[entry.cell]})
        if entry.cell in later:
            wrong.append(later[entry.cell])
        seen.setdefault(entry.cell, line)
        if wrong:
            found.append(Rejection(line, str(entry.cell), "; ".join(wrong)))
    return found
