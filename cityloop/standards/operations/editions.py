"""Loading an edition: all or nothing, with a difference report; published ones never change."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from cityloop.kernel.actor import Actor
from cityloop.kernel.reports import Progress, counted
from cityloop.kernel.turns import take_turn
from cityloop.standards import catalogue, sheets
from cityloop.standards.catalogue import Catalogue
from cityloop.standards.models import EditionChange
from cityloop.standards.operations.checking import check
from cityloop.standards.operations.publishing import PERMISSION, publish_edition
from cityloop.standards.operations.recording import note
from cityloop.standards.operations.reporting import EditionReport
from cityloop.standards.operations.storing import write_draft, write_facts
from cityloop.standards.queries.publication import what_follows


def load_editions(
    paths: Iterable[Path],
    *,
    actor: Actor,
    now: datetime,
    publish: bool = False,
    backdated: bool = False,
    progress: Progress | None = None,
) -> list[EditionReport]:
    """Load several editions, all or none, each after those it refers to; `progress` counts them."""
    found = in_order([catalogue.parse(sheets.read(Path(path))) for path in dict.fromkeys(paths)])
    with transaction.atomic():
        return [
            load_catalogue(one, actor=actor, now=now, publish=publish, backdated=backdated)
            for one in counted(found, progress)
        ]


def load_edition(
    path: Path | str,
    *,
    actor: Actor,
    now: datetime,
    publish: bool = False,
    backdated: bool = False,
) -> EditionReport:
    """Load an edition from a folder (edition.toml, classes.csv, filing_rules.csv) or a workbook.

    A draft of the same code is replaced; a published edition with the same content stays as it is.
    The report tells the difference to the edition in force before it, and that to the draft which
    was there; its notes what publishing does, or would do. `backdated`: see publish_edition. Raises
    UnreadableFile, BadCatalogue, PublishedEdition, NotPublishable, Backdated, ClassInUse,
    NotAllowed.
    """
    found = catalogue.parse(sheets.read(Path(path)))
    return load_catalogue(found, actor=actor, now=now, publish=publish, backdated=backdated)


@transaction.atomic
def load_catalogue(
    found: Catalogue,
    *,
    actor: Actor,
    now: datetime,
    publish: bool = False,
    backdated: bool = False,
    origin: Mapping[str, str] | None = None,
) -> EditionReport:
    """Store a catalogue that was read or built; see load_edition. `origin`: see recording.note."""
    actor.require_for_city(PERMISSION)
    began = time.perf_counter()
    take_turn("cityloop.editions")  # two of one code at once would meet in the unique index
    one = check(found, lock=True)
    report, edition = one.report, one.edition
    if edition is None or not one.published:
        edition = write_facts(one.row, edition, one.base, actor=actor, now=now)
        write_draft(edition, found, base_keys=one.base_keys, mapped=one.mapped)
        note(edition, EditionChange.What.LOADED, actor=actor, now=now, origin=origin)
        report.notes += what_follows(edition, on=timezone.localdate(now), done=publish)
    if publish:
        edition = publish_edition(one.row.code, actor=actor, now=now, backdated=backdated)
    report.status = str(edition.status)
    report.seconds = time.perf_counter() - began
    return report


def in_order(found: Sequence[Catalogue]) -> list[Catalogue]:
    """Catalogues so that each comes after those of the list that it extends or maps to."""
    by_code = {one.edition.code: one for one in found if one.edition}
    placed: dict[int, Catalogue] = {}

    def place(one: Catalogue, path: tuple[int, ...]) -> None:
        if id(one) in path or id(one) in placed:
            return
        for code in sorted(_referred(one) & by_code.keys()):
            place(by_code[code], (*path, id(one)))
        placed[id(one)] = one

    for one in found:
        place(one, ())
    return list(placed.values())


def _referred(one: Catalogue) -> set[str]:
    base = {one.edition.based_on} if one.edition else set()
    return base | {row.national.split(":")[0] for row in one.classes.values()}
