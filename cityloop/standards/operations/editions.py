"""Loading an edition: all or nothing, with a difference report; published ones never change."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Refused
from cityloop.kernel.reports import ImportReport, Progress, Rejection, counted
from cityloop.standards import catalogue, queries, sheets
from cityloop.standards.catalogue import Catalogue, ClassKey, EditionRow
from cityloop.standards.difference import Difference, changes
from cityloop.standards.models import Edition, ProblemClass
from cityloop.standards.operations.publishing import PERMISSION, publish_edition, what_follows
from cityloop.standards.operations.storing import class_key, write_draft, write_facts
from cityloop.standards.queries.editions import reference, stored_edition

MAX_REASONS = 100
MAX_LISTED = 10


class BadCatalogue(Invalid):
    """The files have flaws; each is a reason with file, line, column and value."""

    code, title = "bad-catalogue", "The catalogue has errors; nothing was loaded"


class PublishedEdition(Refused):
    """A published edition would change."""

    code, title = "published-edition", "A published edition never changes"


@dataclass(slots=True)
class EditionReport(ImportReport):
    """`imported`: rows added or changed; `joined`: rows that were there already. `difference`: to
    the draft that was there, else to the edition this one follows, else to nothing."""

    edition: str = ""
    status: str = ""
    difference: Difference = field(default_factory=lambda: Difference("", "", (), ()))

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, with the counts of the difference."""
        return {
            **ImportReport.as_dict(self),
            "edition": self.edition,
            "status": self.status,
            "compared_with": self.difference.old,
            "difference": self.difference.counts(),
        }


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
    The notes say what publishing does, or would do. `backdated`: see publish_edition. Raises
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
    report = EditionReport(edition=row.code, difference=_difference(edition, row, found))
    if edition and edition.is_published:
        _refuse_change(edition, row, report.difference)
    else:
        edition = write_facts(row, edition, base, actor=actor, now=now)
        write_draft(edition, found, base_keys=base_keys, mapped=mapped)
    _tell(report, edition, found)
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


def _difference(edition: Edition | None, row: EditionRow, found: Catalogue) -> Difference:
    other = edition or _predecessor(row)
    old_classes = queries.stored_classes(other) if other else {}
    old_rules = queries.stored_rules(other) if other else {}
    return Difference(
        old=other.code if other else "",
        new=row.code,
        classes=changes(old_classes, found.classes),
        rules=changes(old_rules, found.rules),
    )


def _predecessor(row: EditionRow) -> Edition | None:
    earlier = Edition.objects.filter(family=row.family, valid_from__lt=row.valid_from)
    return earlier.exclude(code=row.code).order_by("-valid_from").first()


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


# ------------------------------------------------------------------------------------ reporting


def _tell(report: EditionReport, edition: Edition, found: Catalogue) -> None:
    """Counts and notes: what a person should look at although nothing is wrong."""
    total = len(found.classes) + len(found.rules)
    if edition.is_published:
        report.joined = total
        report.notes.append(
            _("%(code)s is published already and stays as it is") % {"code": edition.code}
        )
        return
    redone = report.difference.old == edition.code
    kept = _untouched(report.difference, total) if redone else 0
    report.imported, report.joined = total - kept, kept
    report.notes.extend(_notes(found))
    report.notes.extend(_reused(edition))


def _notes(found: Catalogue) -> list[str]:
    notes = []
    ruled = {row.of for row in found.rules.values()}
    if without := [str(key) for key in found.classes if key not in ruled]:
        told = {"number": len(without), "codes": _listed(without)}
        notes.append(
            ngettext(
                "%(number)s class has no filing rule: %(codes)s",
                "%(number)s classes have no filing rule: %(codes)s",
                len(without),
            )
            % told
        )
    if provisional := sum(row.provisional for row in found.classes.values()):
        notes.append(
            ngettext(
                "%(number)s class is provisional", "%(number)s classes are provisional", provisional
            )
            % {"number": provisional}
        )
    return notes


def _untouched(difference: Difference, total: int) -> int:
    counts = Counter(difference.counts())
    touched = ("classes_added", "classes_changed", "rules_added", "rules_changed")
    return total - sum(counts[name] for name in touched)


def _reused(edition: Edition) -> list[str]:
    """Codes that meant something else in an earlier edition of the family."""
    earlier = ProblemClass.objects.filter(
        edition__family=edition.family, edition__valid_from__lt=edition.valid_from
    ).exclude(edition=edition)
    meant = {
        class_key(row): row
        for row in earlier.select_related("edition").order_by("edition__valid_from").defer("search")
    }
    clashes = [
        f"{row.short_code} {row.name_zh} ({meant[class_key(row)]})"
        for row in edition.classes.order_by("id").defer("search")
        if class_key(row) in meant and meant[class_key(row)].name_zh != row.name_zh
    ]
    if not clashes:
        return []
    told = {"number": len(clashes), "codes": _listed(clashes)}
    return [
        ngettext(
            "%(number)s code meant another class before: %(codes)s",
            "%(number)s codes meant another class before: %(codes)s",
            len(clashes),
        )
        % told
    ]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:MAX_LISTED]) + (" ..." if len(names) > MAX_LISTED else "")
