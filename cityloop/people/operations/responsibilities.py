"""The responsibility matrix: a line gets an end and a new one follows; nothing is edited."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Refused
from cityloop.people.models import (
    ANY,
    NOT_HANDLING,
    Duty,
    Organisation,
    PeopleChange,
    Responsibility,
)
from cityloop.people.operations.posts import area_code
from cityloop.people.operations.record import (
    MANAGE,
    as_record,
    record,
    require_area,
    require_manager,
    require_whole_city,
    touch,
)
from cityloop.standards import queries as standards
from cityloop.standards.models import Edition, ProblemClass

KINDS = ("component", "event")
EARLIEST = date(1980, 1, 1)
LONGEST_DOCUMENT = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the matrix; "*" is any."""

    kind: str
    edition: str
    major: str
    minor: str
    region: str
    owner_id: int | None

    def __str__(self) -> str:
        return f"{self.kind} {self.edition} {self.major}{self.minor} {self.region}"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a cell is to say from a day on. `assists`: (organisation id, duty)."""

    cell: Cell
    lead_id: int
    lead_role: str
    assists: tuple[tuple[int, str], ...]
    valid_from: date
    source_document: str

    def assists_json(self) -> list[dict[str, object]]:
        """As the table keeps them."""
        return [{"organisation": unit, "role": duty} for unit, duty in self.assists]


@transaction.atomic
def set_responsibility(  # noqa: PLR0913 (the facts of a row, all by keyword)
    *,
    kind: str,
    lead: Organisation,
    source_document: str,
    actor: Actor,
    now: datetime,
    edition_code: str = ANY,
    major_code: str = ANY,
    minor_code: str = ANY,
    region_code: str = ANY,
    owner: Organisation | None = None,
    lead_role: str = Duty.RECTIFY,
    assists: Sequence[tuple[Organisation, str]] = (),
    valid_from: date | None = None,
) -> Responsibility:
    """Say who is responsible in a cell from a day on (today); the line of before ends that day.

    `source_document` names the paper it rests on. Raises Invalid, Refused (a later line of the
    cell exists, or nothing would change), NotAllowed.
    """
    entry = Entry(
        cell=Cell(kind, edition_code, major_code, minor_code, read_area(region_code),
                  owner.pk if owner else None),
        lead_id=lead.pk,
        lead_role=lead_role,
        assists=tuple((unit.pk, duty) for unit, duty in assists),
        valid_from=valid_from or timezone.localdate(now),
        source_document=source_document.strip(),
    )  # fmt: skip
    _require(actor, entry.cell.region, lead)
    if wrong := _objections(entry):
        raise Invalid(*wrong)
    if clash := later_lines([entry]):
        raise Refused(clash[entry.cell])
    rows = write_entries([entry], actor=actor, now=now)
    if not rows:
        raise Refused(_("this is what the matrix says already"), code="nothing-to-change")
    touch()
    return rows[0]


def draft_objections(cell: Cell, *, lead_id: int) -> list[str]:
    """What would be wrong with a line that is only tried, in sentences."""
    return _objections(
        Entry(cell=cell, lead_id=lead_id, lead_role=Duty.RECTIFY, assists=(),
              valid_from=EARLIEST, source_document="-")
    )  # fmt: skip


def _objections(entry: Entry) -> list[str]:
    """`objections` of one entry, with what it refers to."""
    cell = entry.cell
    areas = geo.areas_known([cell.region])
    return objections(entry, known_classes([cell.edition]), areas, idle_bodies([entry]))


def read_area(text: str) -> str:
    """A region code in short spelling (330100 -> 3301), a grid code, or "*"."""
    return ANY if text.strip() in ("", ANY) else area_code(text)


def _require(actor: Actor, region: str, lead: Organisation) -> None:
    require_manager(actor, [lead])
    if region == ANY:
        require_whole_city(actor)
    else:
        require_area(actor, region)


def known_classes(editions: Sequence[str]) -> dict[str, set[tuple[str, str, str]]]:
    """Edition -> (kind, major, minor) of its classes and of the editions it is based on."""
    found: dict[str, set[tuple[str, str, str]]] = {}
    if ANY in editions:
        every = ProblemClass.objects.values_list("kind", "major_code", "minor_code")
        found[ANY] = set(every.distinct())
    for edition in set(editions) - {ANY}:
        row = Edition.objects.filter(code=edition).first()
        rows = ProblemClass.objects.filter(edition__in=standards.chain(row) if row else [])
        found[edition] = set(rows.values_list("kind", "major_code", "minor_code"))
    return found


def idle_bodies(entries: Sequence[Entry]) -> dict[int, str]:
    """Of the bodies that entries name those that no case is dispatched to: id -> name."""
    named = {unit for one in entries for unit in (one.lead_id, *(pk for pk, _duty in one.assists))}
    rows = Organisation.objects.filter(pk__in=named, kind__in=NOT_HANDLING)
    return {row.pk: row.name_zh for row in rows}


def objections(
    entry: Entry,
    classes: Mapping[str, set[tuple[str, str, str]]],
    areas: Collection[str],
    idle: Mapping[int, str],
) -> list[str]:
    """What is wrong with an entry in itself, in sentences."""
    cell, wrong = entry.cell, _of_cell(entry.cell, classes)
    if cell.region != ANY and cell.region not in areas:
        wrong.append(_("there is no region %(code)s") % {"code": cell.region})
    if entry.valid_from < EARLIEST:
        wrong.append(_("%(day)s lies before every matrix") % {"day": entry.valid_from})
    unknown = {duty for _unit, duty in entry.assists} | {entry.lead_role}
    wrong += [
        _("unknown role %(role)s") % {"role": duty} for duty in sorted(unknown - set(Duty.values))
    ]
    wrong += [
        _("%(name)s handles no cases") % {"name": idle[unit]}
        for unit in (entry.lead_id, *(unit for unit, _duty in entry.assists))
        if unit in idle
    ]
    if entry.lead_id in {unit for unit, _duty in entry.assists}:
        wrong.append(_("the lead unit cannot assist itself"))
    if not entry.source_document:
        wrong.append(_("name the document it rests on"))
    elif len(entry.source_document) > LONGEST_DOCUMENT:
        told = {"n": LONGEST_DOCUMENT}
        wrong.append(_("the name of the document has at most %(n)s characters") % told)
    return wrong


def _of_cell(cell: Cell, classes: Mapping[str, set[tuple[str, str, str]]]) -> list[str]:
    """Kind and class: of one edition, or of any that the city has."""
    wrong = []
    if cell.kind not in KINDS:
        wrong.append(_("the kind is component or event, not %(kind)s") % {"kind": cell.kind})
    if cell.major == ANY and cell.minor != ANY:
        wrong.append(_("a minor class needs its major class"))
    if cell.edition == ANY and (cell.major == ANY or not classes[ANY]):
        return wrong
    if not _class_known(cell, classes[cell.edition]):
        facts = {"edition": cell.edition, "kind": cell.kind, "code": f"{cell.major}{cell.minor}"}
        wrong.append(
            _("no edition has a %(kind)s class %(code)s") % facts if cell.edition == ANY
            else _("edition %(edition)s has no %(kind)s class %(code)s") % facts
        )  # fmt: skip
    return wrong


def _class_known(cell: Cell, classes: set[tuple[str, str, str]]) -> bool:
    return any(
        kind == cell.kind and cell.major in (ANY, major) and cell.minor in (ANY, minor)
        for kind, major, minor in classes
    )


def _of_cells(entries: Sequence[Entry]) -> dict[Cell, list[Responsibility]]:
    """The lines, ended ones too, of the cells of these entries."""
    wanted = {entry.cell for entry in entries}
    rows = Responsibility.objects.filter(
        class_kind__in={cell.kind for cell in wanted},
        edition_code__in={cell.edition for cell in wanted},
        region_code__in={cell.region for cell in wanted},
    )
    found: dict[Cell, list[Responsibility]] = {cell: [] for cell in wanted}
    for row in rows.order_by("valid_from"):
        if (cell := cell_of(row)) in found:
            found[cell].append(row)
    return found


def cell_of(row: Responsibility) -> Cell:
    """The cell that a line fills."""
    return Cell(
        row.class_kind, row.edition_code, row.major_code, row.minor_code, row.region_code,
        row.owner_id,
    )  # fmt: skip


def later_lines(entries: Sequence[Entry]) -> dict[Cell, str]:
    """Cells where a line starts after the entry's day: the future would be rewritten."""
    lines = _of_cells(entries)
    found = {}
    for entry in entries:
        for row in lines[entry.cell]:
            if row.valid_from > entry.valid_from and row.valid_from != row.valid_to:
                found[entry.cell] = _("line %(id)s starts later, on %(day)s") % {
                    "id": row.pk,
                    "day": row.valid_from,
                }
    return found


def write_entries(entries: Sequence[Entry], *, actor: Actor, now: datetime) -> list[Responsibility]:
    """Close the running lines and write the new ones; entries that change nothing are left out.

    For checked entries only; one statement a table. The caller calls touch().
    """
    running = running_lines(entries)
    fresh = [one for one in entries if not _says(running[one.cell], one)]
    ended = []
    for entry in fresh:
        old = running[entry.cell]
        if old is not None and (old.valid_to is None or old.valid_to > entry.valid_from):
            old.valid_to = entry.valid_from
            ended.append(old)
    Responsibility.objects.bulk_update(ended, ["valid_to"], batch_size=500)
    rows = Responsibility.objects.bulk_create([row_of(entry) for entry in fresh], batch_size=1000)
    PeopleChange.objects.bulk_create(
        [
            *(_change(one, "end", actor, now, {"valid_to": one.valid_to}) for one in ended),
            *(_change(one, "create", actor, now, as_record(one)) for one in rows),
        ],
        batch_size=1000,
    )
    return rows


def running_lines(entries: Sequence[Entry]) -> dict[Cell, Responsibility | None]:
    """The line that runs in the cell of each entry, if any."""
    return {
        cell: next((one for one in reversed(rows) if _runs(one)), None)
        for cell, rows in _of_cells(entries).items()
    }


def _runs(row: Responsibility) -> bool:
    return row.valid_to is None or row.valid_to > row.valid_from


def _says(row: Responsibility | None, entry: Entry) -> bool:
    """True when the line says the same and runs on."""
    return (
        row is not None
        and row.valid_to is None
        and row.valid_from <= entry.valid_from
        and row.lead_id == entry.lead_id
        and row.lead_role == entry.lead_role
        and row.assists == entry.assists_json()
        and row.source_document == entry.source_document
    )


def row_of(entry: Entry) -> Responsibility:
    """The line that an entry makes, not yet written."""
    cell = entry.cell
    return Responsibility(
        class_kind=cell.kind, edition_code=cell.edition, major_code=cell.major,
        minor_code=cell.minor, region_code=cell.region, owner_id=cell.owner_id,
        lead_id=entry.lead_id, lead_role=entry.lead_role, assists=entry.assists_json(),
        valid_from=entry.valid_from, source_document=entry.source_document,
    )  # fmt: skip


def _change(
    row: Responsibility, action: str, actor: Actor, now: datetime, after: dict[str, object]
) -> PeopleChange:
    plain = {
        key: value.isoformat() if isinstance(value, date) else value for key, value in after.items()
    }
    return PeopleChange(
        at=now, member_id=actor.member_id, actor=actor.post[:200], subject="responsibility",
        subject_id=str(row.pk), action=action, after=plain,
    )  # fmt: skip


@transaction.atomic
def end_responsibility(
    *, line_id: int, actor: Actor, now: datetime, ends_on: date | None = None, reason: str = ""
) -> Responsibility:
    """End a line without a successor: from `ends_on` (today) on nobody has the cell by it."""
    actor.require(MANAGE)
    row = (
        Responsibility.objects.select_for_update(of=("self",))
        .select_related("lead")
        .filter(pk=line_id)
        .first()
    )
    if row is None:
        raise NotFound(_("there is no such line"))
    _require(actor, row.region_code, row.lead)
    day = max(ends_on or timezone.localdate(now), row.valid_from)
    if row.valid_to is not None and row.valid_to <= day:
        raise Refused(_("it ends before that day already"))
    before = as_record(row)
    row.valid_to = day
    row.save(update_fields=["valid_to"])
    record(row, "end", actor=actor, now=now, before=before, reason=reason)
    return row
