"""Loading an edition: all or nothing, with a difference report; published ones never change."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Refused
from cityloop.kernel.reports import Progress, Rejection, counted
from cityloop.standards import catalogue, queries, sheets
from cityloop.standards.catalogue import Catalogue, ClassKey, EditionRow
from cityloop.standards.difference import Difference
from cityloop.standards.models import Edition, ProblemClass
from cityloop.standards.operations.publishing import PERMISSION, publish_edition, what_follows
from cityloop.standards.operations.reporting import EditionReport, tell
from cityloop.standards.operations.storing import MAX_LISTED, write_draft, write_facts
from cityloop.standards.queries.editions import reference, stored_edition

MAX_REASONS = 100


class BadCatalogue(Invalid):
    """The files have flaws; each is a reason with file, line, column and value."""

    code, title = "bad-catalogue", "The catalogue has errors; nothing was loaded"


class PublishedEdition(Refused):
    """A published edition would change."""

    code, title = "published-edition", "A published edition never changes"


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
) -> EditionReport:
    """Store a catalogue that was read or built; see load_edition."""
    actor.require(PERMISSION)
    began = time.perf_counter()
    row = found.edition
    if row is None:
        raise _bad(found)
    edition = Edition.objects.select_for_update().filter(code=row.code).first()
    base = _base(found, row)
    base_keys = queries.class_keys(base) if base else {}
    mapped = _mapped(found)
    if not found.flaws:  # else a flawed class would look like a missing one
        catalogue.missing_classes(found, base_keys)
    if found.flaws:
        raise _bad(found)
    report = EditionReport(edition=row.code)
    own = _compared(edition, row, found)
    if edition and edition.is_published:
        _refuse_change(edition, row, own)
    else:
        report.difference = _compared(queries.compared_with(row), row, found)
        report.earlier_draft = own if edition else None
        edition = write_facts(row, edition, base, actor=actor, now=now)
        write_draft(edition, found, base_keys=base_keys, mapped=mapped)
    tell(report, edition, found)
    if not edition.is_published:
        report.notes += what_follows(edition, on=timezone.localdate(now), done=publish)
    if publish:
        edition = publish_edition(row.code, actor=actor, now=now, backdated=backdated)
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


# ------------------------------------------------------------------------------------ checking


def _bad(found: Catalogue) -> BadCatalogue:
    reasons = [str(flaw) for flaw in found.flaws[:MAX_REASONS]]
    if len(found.flaws) > MAX_REASONS:
        reasons.append(_("and %(number)s more") % {"number": len(found.flaws) - MAX_REASONS})
    folder = f"{found.edition.code}/" if found.edition else ""
    rows = [Rejection(flaw.line, f"{folder}{flaw.file}", str(flaw)) for flaw in found.flaws]
    return BadCatalogue(*reasons, rejected=rows)


def _base(found: Catalogue, row: EditionRow) -> Edition | None:
    """The edition that this one extends; a flaw when it is missing or extends this one."""
    if not row.based_on:
        return None
    base = Edition.objects.filter(code=row.based_on).first()
    if base is None:
        found.blame(None, "based_on", row.based_on, _("no such edition is loaded"))
    elif any(one.code == row.code for one in queries.chain(base)):
        found.blame(None, "based_on", row.based_on, _("the editions would extend each other"))
    return base


def _mapped(found: Catalogue) -> dict[ClassKey, int]:
    """Ids of the classes of other editions that the rows name as theirs; flaws for unknown ones."""
    wanted = {row.national for row in found.classes.values() if row.national}
    codes = {name.split(":")[0] for name in wanted}
    others = ProblemClass.objects.filter(edition__code__in=codes).select_related("edition")
    known = {reference(one): one.pk for one in others.defer("search")}
    mapped: dict[ClassKey, int] = {}
    for key, row in found.classes.items():
        if row.national in known:
            mapped[key] = known[row.national]
        elif row.national:
            found.blame(
                key, "national", row.national, _("no such class (edition:kind:major:minor)")
            )
    return mapped


def _compared(other: Edition | None, row: EditionRow, found: Catalogue) -> Difference:
    return queries.changed_since(
        other, row.code, family=row.family, classes=found.classes, rules=found.rules
    )


def _refuse_change(edition: Edition, row: EditionRow, difference: Difference) -> None:
    # The end of validity may have been set since by a successor.
    facts = replace(row, valid_to=edition.valid_to)
    if not difference and facts == stored_edition(edition):
        return
    listed = [*difference.classes, *difference.rules][:MAX_LISTED]
    raise PublishedEdition(
        _("%(code)s is published and differs; load the change as a new edition")
        % {"code": edition.code},
        *(str(change) for change in listed),
    )
