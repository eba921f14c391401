"""What imported cases stand on: the source's own catalogue, units, regions and flow."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cityloop.cases.models import Flow
from cityloop.exchange import reading
from cityloop.exchange.source import ClassName, Source, UnitName, Unreadable
from cityloop.geo import operations as geo
from cityloop.geo.operations.regions import AlreadyThere
from cityloop.geo.sources import MissingPackage
from cityloop.kernel.actor import Actor
from cityloop.kernel.turns import take_turn
from cityloop.people import operations as people
from cityloop.people.models import Organisation
from cityloop.standards import operations as standards
from cityloop.standards.catalogue import Catalogue, ClassKey, ClassRow, EditionRow, RuleRow
from cityloop.standards.models import Edition, FilingRule

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
# Clocks of an imported past run on clock time alone: another city's working hours are not ours.
FLOW, FLOW_PARAMETERS = "imported", {"whole_margin_hours": 0}
NOT_SAID_ZH, NOT_SAID_EN = "来源未说明。", "The source does not say."
Key = tuple[str, str, str]


@dataclass(slots=True)
class Survey:
    """What a file needs: counted and listed in one reading, before anything is written."""

    rows: int = 0
    classes: dict[Key, ClassName] = field(default_factory=dict)
    units: dict[str, UnitName] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """The rows that records refer to; read once, so that several processes may share it."""

    source: Source
    now: datetime
    flow: Flow
    rules: dict[Key, FilingRule]
    units: dict[str, Organisation]


def survey(source: Source, file: Path) -> Survey:
    """Read the whole file once. A class with two names goes by the first, the other is a synonym.

    Raises reading.BadFile.
    """
    found = Survey(classes={one.key: one for one in source.catalogue})
    naming, noted = itemgetter(*source.named_by), set()
    for _line, row in reading.rows(file, source.columns):
        found.rows += 1
        if (names := naming(row)) in noted:
            continue
        with suppress(Unreadable):
            record = reading.record(source, row)
            _note_class(found, record.problem)
            if record.unit:
                found.units.setdefault(record.unit.code, record.unit)
            noted.add(names)
    return found


def _note_class(found: Survey, one: ClassName) -> None:
    known = found.classes.setdefault(one.key, one)
    if known is not one and one.name_zh not in (known.name_zh, *known.synonyms):
        known = replace(known, synonyms=(*known.synonyms, one.name_zh))
        found.classes[one.key] = known


def prepare(source: Source, needs: Survey, *, actor: Actor, now: datetime) -> list[str]:
    """Make what is missing of it; all or nothing. Returns notes for the report.

    Two imports at once wait for each other here. Raises what load_catalogue raises.
    """
    with transaction.atomic():
        take_turn(f"import {source.code}")
        Flow.objects.get_or_create(
            code=FLOW, defaults={"parameters": FLOW_PARAMETERS, "published_at": EPOCH}
        )
        notes = _outline(source, actor=actor, now=now)
        known = _rules(source)
        if missing := [one for key, one in needs.classes.items() if key not in known]:
            _publish(source, missing, actor=actor, now=now)
        made = _units(source)
        for name in needs.units.values():
            _make_unit(name, made, source, actor=actor, now=now)
    return notes


def load(source: Source, *, now: datetime) -> Ground:
    """The ground as it stands."""
    return Ground(source, now, Flow.objects.get(code=FLOW), _rules(source), _units(source))


def _outline(source: Source, *, actor: Actor, now: datetime) -> list[str]:
    """The regions that the cases lie in, from installed packages; without them codes must do."""
    if source.area is None:
        return []
    try:
        with suppress(AlreadyThere):
            geo.outline_city(
                city_code=source.area.city_code,
                districts=source.area.districts,
                valid_from=source.valid_from,
                actor=actor,
                now=now,
            )
    except MissingPackage as error:
        return [_("regions have codes only: %(why)s") % {"why": error}]
    return []


def _units(source: Source) -> dict[str, Organisation]:
    rows = Organisation.objects.filter(
        Q(code=source.code) | Q(code__startswith=f"{source.code}-")
    )  # fmt: skip
    return {one.code: one for one in rows.defer("search")}


def _make_unit(
    name: UnitName, made: dict[str, Organisation], source: Source, *, actor: Actor, now: datetime
) -> Organisation:
    """The unit as an organisation, with those above it."""
    if name.code not in made:
        parent = name.parent
        made[name.code] = people.create_organisation(
            code=name.code,
            name_zh=name.name_zh,
            name_en=name.name_en,
            kind=name.kind,
            region_code=name.region_code,
            parent=_make_unit(parent, made, source, actor=actor, now=now) if parent else None,
            valid_from=source.valid_from,
            actor=actor,
            now=now,
        )
    return made[name.code]


def _rules(source: Source) -> dict[Key, FilingRule]:
    rows = FilingRule.objects.filter(edition__code__in=_editions(source))
    rows = rows.select_related("problem_class").defer("search", "problem_class__search")
    return {
        (one.problem_class.kind, one.problem_class.major_code, one.problem_class.minor_code): one
        for one in rows
    }


def _editions(source: Source) -> list[str]:
    """Codes of the source's editions: pingshan, pingshan-2, ..."""
    found = Edition.objects.filter(family__startswith=source.code, kind=Edition.Kind.FOREIGN)
    return sorted(
        code
        for code in found.values_list("code", flat=True)
        if code == source.code or code.removeprefix(f"{source.code}-").isdigit()
    )


def _publish(source: Source, classes: list[ClassName], *, actor: Actor, now: datetime) -> None:
    """The classes as an edition of their own: what was published before stays as it is."""
    earlier = _editions(source)
    code = f"{source.code}-{len(earlier) + 1}" if earlier else source.code
    found = Catalogue(
        EditionRow(
            code=code, name_zh=source.edition_zh, name_en=source.edition_en, kind="foreign",
            family=code, source=source.limit.source, valid_from=source.valid_from, valid_to=None,
            based_on="", note="",
        )
    )  # fmt: skip
    for one in classes:
        found.classes[ClassKey(*one.key)] = _class_row(one)
        rule = _rule_row(one, source)
        found.rules[rule.key] = rule
    standards.load_catalogue(found, actor=actor, now=now, publish=True)


def _class_row(one: ClassName) -> ClassRow:
    facts: dict[str, Any] = {name: getattr(one, name) for name in (
        "kind", "major_code", "major_zh", "major_en", "minor_code", "name_zh", "name_en",
        "synonyms",
    )}  # fmt: skip
    return ClassRow(**facts, provisional=False, level=2, second_eye=False, national="", source="")


def _rule_row(one: ClassName, source: Source) -> RuleRow:
    return RuleRow(
        kind=one.kind, major_code=one.major_code, minor_code=one.minor_code, seq=1,
        condition_zh=NOT_SAID_ZH, condition_en=NOT_SAID_EN,
        closing_zh=NOT_SAID_ZH, closing_en=NOT_SAID_EN,
        limit_amount=source.limit.amount, limit_unit=source.limit.unit, place_level="",
        season_from="", season_to="", engineering_amount=None, engineering_unit="",
        units_hint="", provisional=True, source=source.limit.source,
    )  # fmt: skip
