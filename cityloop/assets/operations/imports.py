"""Components from CSV, GeoJSON and GeoPackage: good rows come in, every other is named with why.

Set-based: all points are placed in one statement, all rows written by one COPY.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
from django.contrib.gis.geos import Point
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.assets import columns
from cityloop.assets.columns import BadValue
from cityloop.assets.models import Component, State
from cityloop.assets.operations.reading import NOT_GIVEN, Raw, Row, read
from cityloop.assets.operations.register import record_changes
from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.kernel.reports import (
    CHANGED,
    NEW,
    SAME,
    Effect,
    ImportReport,
    Progress,
    Rejection,
    counted,
)
from cityloop.kernel.turns import take_turn
from cityloop.people.models import Organisation
from cityloop.people.scope import in_scope
from cityloop.standards import queries as standards
from cityloop.standards.models import ProblemClass


@dataclass(slots=True)
class Draft:
    """A component as it will be written; `place` is filled when its point is located."""

    row: int
    code: str
    class_id: int
    name: str
    lon: float
    lat: float
    units: tuple[int | None, int | None, int | None] = (None, None, None)
    state: str = State.INTACT
    original_on: date | None = None
    changed_on: date | None = None
    data_source: str = ""
    note: str = ""
    grid: str = ""
    said: frozenset[str] = frozenset()  # what the file says: a column it lacks changes nothing
    extra: dict[str, str] = field(default_factory=dict)
    place: geo.Place | None = None
    raw: Raw = NOT_GIVEN


@dataclass(frozen=True, slots=True)
class Known:
    """What rows refer to: classes by code, organisations by code and by name, and the day."""

    classes: Mapping[str, tuple[int, str]]
    units: Mapping[str, int]
    today: date

    @staticmethod
    def load(edition_code: str, today: date) -> Known:
        """The component classes of an edition ('' = today's) and those it extends; all units."""
        edition = (
            standards.edition(edition_code) if edition_code else standards.current_edition(today)
        )
        classes: dict[str, tuple[int, str]] = {}
        for one in reversed(standards.chain(edition)):
            rows = ProblemClass.objects.filter(edition=one, kind="component")
            for pk, major, minor, name in rows.values_list(
                "id", "major_code", "minor_code", "name_zh"
            ):
                classes[major + minor] = (pk, name)
        units: dict[str, int] = {}
        for pk, code, name in Organisation.objects.values_list("id", "code", "name_zh"):
            units[code] = units[name] = pk
        return Known(classes, units, today)


@transaction.atomic
def import_components(
    path: Path,
    format: str,
    *,
    actor: Actor,
    now: datetime,
    system: str = "wgs84",
    edition_code: str = "",
    layer: str = "",
    update: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Components from a file into the register.

    Columns may be named as in the standard (ObjID, DeptCode2, ORDate ...), in Chinese or as ours.
    `system` is the coordinate system of CSV files and of files that name none. A code that the
    register has with the same values is known (`joined`), so that a file may come twice; with
    other values it is rejected, or with `update` takes the file's, with a line in its history
    (`joined` too); what the file has no column or no value for stays, an empty note is taken. The
    position is kept as given, beside that in WGS 84.
    `layer` is the one to take of a file with several.
    Raises UnreadableTable, UnreadableFile; needs components.manage.
    """
    actor.require("components.manage")
    started = time.monotonic()
    rows = read(Path(path), format.lower(), system, layer=layer)
    report = ImportReport()
    facts = Known.load(edition_code, timezone.localdate(now))
    drafts = _drafts(counted(rows, progress), facts, report)
    _locate(drafts, timezone.localdate(now))
    good = _placed(drafts, actor, report)
    new, old = _apart(good, report, update=update)
    report.effects = _effects(new, old, facts)
    report.imported = write_components(new, actor=actor, now=now)
    report.joined = update_components(old, actor=actor, now=now, update=update)
    report.rejected.sort(key=lambda one: one.row)
    report.seconds = time.monotonic() - started
    return report


def _drafts(rows: Iterable[Row], facts: Known, report: ImportReport) -> list[Draft]:
    found: list[Draft] = []
    first: dict[str, int] = {}
    for row in rows:
        code = row.values.get("code", "")
        try:
            draft = _draft(row, facts)
            if code in first:
                raise BadValue(_("the code occurs in row %(row)s already") % {"row": first[code]})
        except BadValue as wrong:
            report.rejected.append(Rejection(row.number, code[:40], str(wrong)))
            continue
        first[code] = row.number
        found.append(draft)
    return found


def _draft(line: Row, facts: Known) -> Draft:
    if line.fault:
        raise BadValue(line.fault)
    row = line.values
    columns.holdable(row)
    code = columns.check_code(row.get("code", ""))
    if code[6:10] not in facts.classes:
        raise BadValue(_("the classes have no component %(code)s") % {"code": code[6:10]})
    class_id, class_name = facts.classes[code[6:10]]
    original, changed = (
        columns.day(row.get(name, ""), name, facts.today) for name in ("original_on", "changed_on")
    )
    if original and changed and changed < original:
        raise BadValue(_("it changed before it came into use"))
    return Draft(
        row=line.number,
        code=code,
        class_id=class_id,
        name=row.get("name") or class_name[: columns.MOST_NAME],
        lon=columns.degrees(row.get("x", ""), "x"),
        lat=columns.degrees(row.get("y", ""), "y"),
        units=_units(row, facts),
        state=columns.state(row.get("state", "")),
        original_on=original,
        changed_on=changed,
        data_source=columns.source(row.get("data_source", "")),
        note=row.get("note", ""),
        grid=row.get("grid", ""),
        said=frozenset(name for name, value in row.items() if value or name == "note"),
        extra=columns.others(row),
        raw=line.raw,
    )


def _units(row: dict[str, str], facts: Known) -> tuple[int | None, int | None, int | None]:
    found: list[int | None] = []
    for name in columns.UNITS:
        given = row.get(name) or row.get(f"{name}_name") or ""
        unit = facts.units.get(given) or facts.units.get(row.get(f"{name}_name") or "")
        if given and unit is None:
            raise BadValue(_("unknown organisation %(name)s") % {"name": given[:40]})
        found.append(unit)
    return found[0], found[1], found[2]


def _locate(drafts: Sequence[Draft], today: date) -> None:
    places = geo.locate_many([(one.lon, one.lat) for one in drafts], on=today)
    for draft, place in zip(drafts, places, strict=True):
        draft.place = place


def _placed(drafts: Iterable[Draft], actor: Actor, report: ImportReport) -> list[Draft]:
    good, elsewhere = [], 0
    for one in drafts:
        reason = _misplaced(one, actor)
        if reason:
            report.rejected.append(Rejection(one.row, one.code, reason))
            continue
        elsewhere += bool(one.grid and one.place and one.grid != one.place.grid_code)
        good.append(one)
    if elsewhere:
        report.notes.append(
            ngettext(
                "%(count)s row names another unit grid than the one it lies in; the place counts",
                "%(count)s rows name another unit grid than the one they lie in; the place counts",
                elsewhere,
            )
            % {"count": elsewhere}
        )
    return good


def _misplaced(one: Draft, actor: Actor) -> str:
    if one.place is None:
        return _("the point %(lon).6f, %(lat).6f lies in no unit grid") % {
            "lon": one.lon,
            "lat": one.lat,
        }
    if one.code[:6] != one.place.district_code:
        return _("the code says division %(code)s, the point lies in %(place)s") % {
            "code": one.code[:6],
            "place": one.place.district_code,
        }
    if not in_scope(actor, organisation_ids=one.units, region_code=one.place.grid_code):
        return _("it lies outside what you manage")
    return ""


def _apart(
    drafts: Sequence[Draft], report: ImportReport, *, update: bool
) -> tuple[list[Draft], list[tuple[Draft, Component]]]:
    """New ones, and those whose code the register has."""
    take_turn("assets_import")  # two imports at once would meet in the unique index
    codes = [one.code for one in drafts]
    # One array, not one parameter a code: a statement takes 65,535 at most.
    stored = Component.objects.extra(where=["code = ANY(%s)"], params=[codes])
    rows = {row.code: row for row in stored.select_for_update()}
    known = [(one, rows[one.code]) for one in drafts if one.code in rows]
    new = [one for one in drafts if one.code not in rows]
    if not update:
        report.rejected += [
            Rejection(
                one.row, one.code,
                _("the register has this code with another %(fields)s") % {"fields": fields},
            )
            for one, row in known
            if (fields := ", ".join(n for n in _differences(one, row) if n not in RAW))
        ]  # fmt: skip
        known = [(one, row) for one, row in known if not _differences(one, row)]
    return new, known


# Columns of the register as files name them; what a file does not name is told by no row.
TOLD = {"name": "name", "state": "state", "note": "note", "original_on": "original_on",
        "changed_on": "changed_on", "data_source": "data_source", "competent_id": "competent",
        "owner_id": "owner", "maintainer_id": "maintainer", "grid_code": "grid",
        "point": "x"}  # fmt: skip


def _effects(
    new: Iterable[Draft], old: Iterable[tuple[Draft, Component]], facts: Known
) -> list[Effect]:
    """Row by row what will be written; of components that are there the values that differ."""
    units = {pk: name for name, pk in facts.units.items()}
    found = [Effect(one.row, one.code, one.name, NEW) for one in new]
    for one, row in old:
        differences = _differences(one, row)
        fields = tuple(
            (TOLD[name], _shown(name, was, units), _shown(name, will, units))
            for name, (was, will) in differences.items()
            if name in TOLD
        )
        what = CHANGED if differences else SAME
        found.append(Effect(one.row, one.code, row.name, what, fields))
    return sorted(found, key=lambda one: one.row)


def _shown(name: str, value: Any, units: Mapping[int, str]) -> str:
    if name.endswith("_id"):
        return units.get(value, "")
    if isinstance(value, Point):
        return f"{value.x:.6f}, {value.y:.6f}"
    return "" if value is None else str(value)


RAW = ("raw_x", "raw_y", "raw_system")
_COLUMNS = (
    "code", "problem_class_id", "name", "state", "point", "grid_code", "area_code",
    "competent_id", "owner_id", "maintainer_id", "original_on", "changed_on", "data_source",
    "note", "extra", "raw_x", "raw_y", "raw_system",
)  # fmt: skip


def write_components(drafts: Sequence[Draft], *, actor: Actor, now: datetime) -> int:
    """COPY located drafts into the register, each with the first line of its history."""
    if not drafts:
        return 0
    today = timezone.localdate(now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM assets_component")
        (last,) = cursor.fetchone() or (0,)
        with cursor.copy(f"COPY assets_component ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
            for one in drafts:
                copy.write_row(_values(one, today))
        cursor.execute(
            """INSERT INTO assets_component_change (component_id, at, member_id, actor, reason,
                                                    fields)
               SELECT id, %s, %s, %s, 'registered', '{}' FROM assets_component WHERE id > %s""",
            [now, actor.member_id, actor.post[:120], last],
        )
        return int(cursor.rowcount)


def _values(one: Draft, today: date) -> tuple[Any, ...]:
    place = one.place
    grid, area = (place.grid_code, place.community_code) if place else ("", "")
    return (
        one.code, one.class_id, one.name, one.state, f"SRID=4326;POINT({one.lon!r} {one.lat!r})",
        grid, area, *one.units, one.original_on or today, one.changed_on, one.data_source,
        one.note, orjson.dumps(one.extra).decode(), *one.raw,
    )  # fmt: skip


def update_components(
    pairs: Sequence[tuple[Draft, Component]], *, actor: Actor, now: datetime, update: bool = True
) -> int:
    """Take the file's values over, with a line in the history of each that differs.

    Without `update` a place given in another way, but the same, stays as it was given first.
    """
    changed: list[tuple[Component, dict[str, list[Any]]]] = []
    today = timezone.localdate(now)
    for draft, row in pairs:
        differences = _differences(draft, row)
        if update and draft.raw != NOT_GIVEN:
            given = zip(RAW, draft.raw, strict=True)
            differences |= {n: [getattr(row, n), v] for n, v in given if getattr(row, n) != v}
        for name, (_old, new) in differences.items():
            setattr(row, name, new)
        if differences:
            if draft.changed_on is None and update:
                differences["changed_on"] = [row.changed_on, today]
                row.changed_on = today
            changed.append((row, differences))
    fields = sorted({name for _row, differences in changed for name in differences})
    if changed:
        Component.objects.bulk_update([row for row, _d in changed], fields, batch_size=2000)
        record_changes(changed, actor=actor, now=now, reason=_("imported"))
    return len(pairs)


def _differences(one: Draft, row: Component) -> dict[str, list[Any]]:
    place, point = one.place, row.point
    said = {"name": one.name, "state": one.state, "note": one.note}
    wanted: dict[str, Any] = {name: value for name, value in said.items() if name in one.said} | {
        "data_source": one.data_source or row.data_source,
        "competent_id": one.units[0] or row.competent_id,
        "owner_id": one.units[1] or row.owner_id,
        "maintainer_id": one.units[2] or row.maintainer_id,
        "original_on": one.original_on or row.original_on,
        "changed_on": one.changed_on or row.changed_on,
        "extra": {**row.extra, **one.extra},
    }  # fmt: skip
    if place is not None and (point.x, point.y) != (one.lon, one.lat):
        wanted |= {
            "point": Point(one.lon, one.lat, srid=4326),
            "grid_code": place.grid_code,
            "area_code": place.community_code,
            **dict(zip(RAW, one.raw, strict=True)),
        }
    return {
        name: [getattr(row, name), value]
        for name, value in wanted.items()
        if getattr(row, name) != value
    }
