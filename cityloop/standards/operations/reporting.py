"""What loading an edition tells: counts, differences, and what a person should look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.kernel.reports import ImportReport
from cityloop.standards.catalogue import Catalogue
from cityloop.standards.difference import Difference
from cityloop.standards.models import ProblemClass
from cityloop.standards.operations.storing import MAX_LISTED, class_key


@dataclass(slots=True)
class EditionReport(ImportReport):
    """`imported`: rows added or changed; `joined`: rows that were there already.

    `difference`: to the edition in force before this one; `old` is '' where there is none.
    `earlier_draft`: to the draft of this code that was there; None where there was none. Of an
    edition that was published before both are empty: nothing was loaded.
    """

    edition: str = ""
    status: str = ""
    difference: Difference = field(default_factory=lambda: Difference("", "", (), ()))
    earlier_draft: Difference | None = None

    def as_dict(self) -> dict[str, Any]:
        """JSON-able, with the counts of the differences."""
        draft = self.earlier_draft
        return {
            **ImportReport.as_dict(self),
            "edition": self.edition,
            "status": self.status,
            "compared_with": self.difference.old,
            "difference": self.difference.counts(),
            "earlier_draft": None if draft is None else draft.counts(),
        }


def tell(report: EditionReport, found: Catalogue, *, published: bool) -> None:
    """Fill in counts and notes: what a person should look at although nothing is wrong."""
    total = len(found.classes) + len(found.rules)
    if published:
        report.joined = total
        report.notes.append(
            _("%(code)s is published already and stays as it is") % {"code": report.edition}
        )
        return
    kept = 0 if report.earlier_draft is None else _untouched(report.earlier_draft, total)
    report.imported, report.joined = total - kept, kept
    report.notes.extend(_notes(found))
    report.notes.extend(_reused(found))


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


def _reused(found: Catalogue) -> list[str]:
    """Codes that meant something else in an earlier edition of the family."""
    row = found.edition
    if row is None:
        return []
    earlier = ProblemClass.objects.filter(
        edition__family=row.family, edition__valid_from__lt=row.valid_from
    ).exclude(edition__code=row.code)
    meant = {
        class_key(one): one
        for one in earlier.select_related("edition").order_by("edition__valid_from").defer("search")
    }
    clashes = [
        f"{key} {one.name_zh} ({meant[key]})"
        for key, one in found.classes.items()
        if key in meant and meant[key].name_zh != one.name_zh
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
