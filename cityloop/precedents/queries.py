"""Reads of the library: by class, words and picture; the first argument is the actor."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cityloop.cases import queries as cases
from cityloop.cases.models import Attachment, Case, Status
from cityloop.evidence.models import Print
from cityloop.evidence.prints import WHOLE
from cityloop.kernel import text
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.kernel.models import StoredFile
from cityloop.precedents.models import Precedent
from cityloop.standards.models import ProblemClass

ORDER = ("-marked_at", "-id")
ALIKE = 20  # bits of 64: prints of unrelated pictures differ in 32, give or take four
SHOWN, BESIDE = 20, 3
SHOWN_WITH = ("case__problem_class", "case__lead", "case__filing_rule", "marked_by")

# The library is small: every picture of it is compared.
_LIKENESS = """
SELECT m.id, min(bit_count((p.hash # probe.hash)::bit(64))) AS differs
FROM evidence_print probe
JOIN precedents_precedent m ON m.unmarked_at IS NULL
JOIN cases_attachment a ON a.case_id = m.case_id
JOIN evidence_print p ON p.file_id = a.file_id AND p.part = %(whole)s
WHERE probe.file_id = %(file)s AND probe.part = %(whole)s
GROUP BY m.id
HAVING min(bit_count((p.hash # probe.hash)::bit(64))) <= %(limit)s
ORDER BY differs, m.id DESC
"""


def library(actor: Actor, *, class_id: int | None = None, words: str = "") -> QuerySet[Precedent]:
    """Precedents whose cases the actor sees, of a class and with these words in note or case."""
    rows = Precedent.objects.filter(
        unmarked_at=None, case__status=Status.CLOSED, case__in=cases.visible(actor)
    )
    if class_id is not None:
        rows = rows.filter(case__problem_class_id=class_id)
    rows = rows.select_related(*SHOWN_WITH)
    if words.strip():
        rows = rows.extra(
            where=["(precedents_precedent.search || cases_case.search) @@ %s::tsquery"],
            params=[text.query(words)],
        )
    return rows


def by_picture(rows: QuerySet[Precedent], file: StoredFile) -> list[tuple[Precedent, int]]:
    """Those of these rows with a picture like this one, the most alike first, with how many of the
    64 bits differ. Raises Invalid for a picture that cannot be compared."""
    if not Print.objects.filter(file=file, part=WHOLE).exists():
        why = _("the picture is too plain to be compared")
        raise Invalid(why, fields={"picture": why})
    with connection.cursor() as cursor:
        cursor.execute(_LIKENESS, {"file": file.pk, "whole": WHOLE, "limit": ALIKE})
        differs = dict(cursor.fetchall())
    found = {row.pk: row for row in rows.filter(pk__in=differs)}
    return [(found[pk], bits) for pk, bits in differs.items() if pk in found][:SHOWN]


def beside(actor: Actor, case: Case) -> list[Precedent]:
    """The latest precedents of a case's class, for whoever files or dispatches it."""
    if case.problem_class_id is None or not actor.may("precedents.view"):
        return []
    rows = library(actor, class_id=case.problem_class_id).exclude(case=case)
    return list(rows.order_by(*ORDER)[:BESIDE])


def of_case(case: Case) -> Precedent | None:
    """The mark of a case, if it has one."""
    rows = Precedent.objects.filter(case=case, unmarked_at=None)
    return rows.select_related("marked_by").first()


def earlier_marks(case: Case) -> list[Precedent]:
    """Marks that were taken back, latest first."""
    rows = Precedent.objects.filter(case=case, unmarked_at__isnull=False)
    return list(rows.select_related("marked_by", "unmarked_by").order_by("-unmarked_at"))


def pictures(rows: Sequence[Precedent]) -> dict[int, list[Attachment]]:
    """Case -> its first picture and, where there is another, its last: before and after."""
    held = Attachment.objects.filter(
        case_id__in=[row.case_id for row in rows], file__media_type__startswith="image/"
    )
    found: dict[int, list[Attachment]] = {}
    for one in held.select_related("file").order_by("version", "pk"):
        known = found.setdefault(one.case_id, [])
        found[one.case_id] = [*known[:1], one]
    return found


def classes(actor: Actor) -> list[ProblemClass]:
    """The classes of which the actor sees a precedent."""
    held = library(actor).select_related(None).order_by().values("case__problem_class")
    rows = ProblemClass.objects.filter(pk__in=held).defer("search")
    return list(rows.order_by("code"))
