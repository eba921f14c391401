"""Which edition holds, what it extends, and its rows."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from cityloop.kernel.errors import NotFound
from cityloop.standards.catalogue import ClassKey, ClassRow, EditionRow, RuleKey, RuleRow
from cityloop.standards.models import Edition, FilingRule, ProblemClass

MAX_CHAIN = 10
STAMP = """
SELECT md5(string_agg(concat_ws(' ', id, code, kind, family, status, based_on_id, valid_from,
                                valid_to, loaded_at, published_at), ',' ORDER BY id))
FROM standards_edition"""


class NoEdition(NotFound):
    """No such edition, or none is in force on the day."""

    code, title = "no-edition", "There is no such edition"


def editions() -> QuerySet[Edition]:
    """All editions, newest first."""
    return Edition.objects.select_related("based_on").order_by("-valid_from", "code")


def edition(code: str) -> Edition:
    """One edition by code; raises NoEdition."""
    found = Edition.objects.select_related("based_on").filter(code=code).first()
    if found is None:
        raise NoEdition(_("there is no edition %(code)s") % {"code": code[:40]})
    return found


def current_edition(on: date) -> Edition:
    """The published edition under which new cases are filed on a day.

    The city's own goes before the national standard, then the younger before the older; catalogues
    of other cities never count. Raises NoEdition when none is in force.
    """
    found = _own_first(on).first()
    if found is None:
        raise NoEdition(_("no published edition is in force on %(day)s") % {"day": on})
    return found


def own_editions(on: date) -> list[Edition]:
    """The city's published catalogues in force on a day, that of new cases first; where it has none
    of its own, the one of the country or the trade under which it files; else nothing."""
    found = list(_own_first(on))
    return [one for one in found if one.kind == Edition.Kind.LOCAL] or found[:1]


def _own_first(on: date) -> QuerySet[Edition]:
    own_first = Case(When(kind=Edition.Kind.LOCAL, then=Value(0)), default=Value(1),
                     output_field=IntegerField())  # fmt: skip
    return (
        Edition.objects.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)
        .filter(status=Edition.Status.PUBLISHED)
        .exclude(kind=Edition.Kind.FOREIGN)
        .select_related("based_on")
        .order_by(own_first, "-valid_from", "code")
    )


def stamp() -> str:
    """Another text whenever an edition is loaded, published, ends or begins another day."""
    with connection.cursor() as cursor:
        cursor.execute(STAMP)
        return str(cursor.fetchone()[0])


def chain(of: Edition) -> list[Edition]:
    """The edition and, after it, those it extends, nearest first."""
    found = [of]
    while found[-1].based_on_id is not None and len(found) < MAX_CHAIN:
        base = found[-1].based_on
        if base is None or base in found:
            break
        found.append(base)
    return found


def stored_edition(of: Edition) -> EditionRow:
    """The edition's own facts as a row."""
    return EditionRow(
        code=of.code,
        name_zh=of.name_zh,
        name_en=of.name_en,
        kind=of.kind,
        family=of.family,
        source=of.source,
        valid_from=of.valid_from,
        valid_to=of.valid_to,
        based_on=of.based_on.code if of.based_on else "",
        note=of.note,
    )


def stored_classes(of: Edition) -> dict[ClassKey, ClassRow]:
    """The edition's own classes as rows, for comparing and for export."""
    rows = ProblemClass.objects.filter(edition=of).select_related("national__edition")
    found = (
        ClassRow(
            kind=row.kind,
            major_code=row.major_code,
            major_zh=row.major_zh,
            major_en=row.major_en,
            minor_code=row.minor_code,
            name_zh=row.name_zh,
            name_en=row.name_en,
            provisional=row.provisional,
            level=row.level,
            second_eye=row.second_eye,
            synonyms=tuple(row.synonyms),
            national=reference(row.national) if row.national else "",
            source=row.source,
        )
        for row in rows.defer("search")
    )
    return {row.key: row for row in found}


def reference(row: ProblemClass) -> str:
    """edition:kind:major:minor, as files name a class of another edition."""
    return f"{row.edition.code}:{row.kind}:{row.major_code}:{row.minor_code}"


def stored_rules(of: Edition) -> dict[RuleKey, RuleRow]:
    """The edition's own filing rules as rows."""
    rows = FilingRule.objects.filter(edition=of).select_related("problem_class")
    found = (
        RuleRow(
            kind=row.problem_class.kind,
            major_code=row.problem_class.major_code,
            minor_code=row.problem_class.minor_code,
            seq=row.seq,
            condition_zh=row.condition_zh,
            condition_en=row.condition_en,
            closing_zh=row.closing_zh,
            closing_en=row.closing_en,
            limit_amount=row.limit_amount,
            limit_unit=row.limit_unit,
            place_level=row.place_level,
            season_from=row.season_from,
            season_to=row.season_to,
            engineering_amount=row.engineering_amount,
            engineering_unit=row.engineering_unit,
            units_hint=row.units_hint,
            provisional=row.provisional,
            source=row.source,
        )
        for row in rows.defer("search", "problem_class__search")
    )
    return {row.key: row for row in found}
