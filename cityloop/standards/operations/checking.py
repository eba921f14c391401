"""A catalogue against the database: its flaws, what it refers to, what of it is new.

Nothing is written here: a file is looked at by the same checks by which it is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from cityloop.kernel.errors import Invalid, Refused
from cityloop.kernel.reports import Rejection
from cityloop.standards import catalogue, queries
from cityloop.standards.catalogue import Catalogue, ClassKey, EditionRow, Flaw
from cityloop.standards.difference import Difference
from cityloop.standards.models import Edition, ProblemClass
from cityloop.standards.operations.reporting import EditionReport, tell
from cityloop.standards.operations.storing import MAX_LISTED
from cityloop.standards.queries.editions import reference, stored_edition

MAX_REASONS = 100


class BadCatalogue(Invalid):
    """The files have flaws; each is a reason with file, line, column and value.

    `flaws` holds all of them, `reasons` the first MAX_REASONS.
    """

    code, title = "bad-catalogue", "The catalogue has errors; nothing was loaded"
    flaws: tuple[Flaw, ...] = ()


class PublishedEdition(Refused):
    """A published edition would change."""

    code, title = "published-edition", "A published edition never changes"


@dataclass(frozen=True, slots=True)
class Checked:
    """A catalogue without a flaw. `edition`: that of its code which is there; `base`: that which it
    extends, with the ids of the classes in force under it; `mapped`: ids of the classes of others
    that its own correspond to; `report`: differences, counts and notes."""

    row: EditionRow
    edition: Edition | None
    base: Edition | None
    base_keys: dict[ClassKey, int]
    mapped: dict[ClassKey, int]
    report: EditionReport

    @property
    def published(self) -> bool:
        """True where the same stands there for good already."""
        return self.edition is not None and self.edition.is_published


def check(found: Catalogue, *, lock: bool) -> Checked:
    """What a catalogue is to the database. `lock`: hold the edition of its code, to write it.

    Raises BadCatalogue, and PublishedEdition where a published edition would change.
    """
    row = found.edition
    if row is None:
        raise _bad(found)
    rows = Edition.objects.select_for_update() if lock else Edition.objects.all()
    edition = rows.filter(code=row.code).first()
    base = _base(found, row)
    base_keys = queries.class_keys(base) if base else {}
    mapped = _mapped(found)
    if not found.flaws:  # else a flawed class would look like a missing one
        catalogue.missing_classes(found, base_keys)
    if found.flaws:
        raise _bad(found)
    report = _report(edition, row, found)
    return Checked(row, edition, base, base_keys, mapped, report)


def _report(edition: Edition | None, row: EditionRow, found: Catalogue) -> EditionReport:
    report, own = EditionReport(edition=row.code), _compared(edition, row, found)
    if edition and edition.is_published:
        _refuse_change(edition, row, own)
        tell(report, found, published=True)
        return report
    report.difference = _compared(queries.compared_with(row), row, found)
    report.earlier_draft = own if edition else None
    tell(report, found, published=False)
    return report


def _bad(found: Catalogue) -> BadCatalogue:
    said = catalogue.sentences(found.flaws)
    reasons = said[:MAX_REASONS]
    if len(found.flaws) > MAX_REASONS:
        reasons.append(_("and %(number)s more") % {"number": len(found.flaws) - MAX_REASONS})
    folder = f"{found.edition.code}/" if found.edition else ""
    rows = [
        Rejection(flaw.line, f"{folder}{flaw.file}", words)
        for flaw, words in zip(found.flaws, said, strict=True)
    ]
    problem = BadCatalogue(*reasons, rejected=rows)
    problem.flaws = tuple(found.flaws)
    return problem


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
