"""What an edition itself holds: its classes and rules, how many, which of them replace others."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from cityloop.kernel.manifest import filed_under
from cityloop.kernel.paging import Page, page
from cityloop.standards.models import (
    Edition,
    EditionChange,
    FilingRule,
    ProblemClass,
)
from cityloop.standards.queries.classes import class_says, words_of
from cityloop.standards.queries.editions import chain
from cityloop.standards.queries.rules import says


@dataclass(frozen=True, slots=True)
class Counts:
    """How many classes and rules an edition has, and cases that were filed by its rules."""

    classes: int = 0
    rules: int = 0
    cases: int = 0


def edition_counts() -> dict[int, Counts]:
    """The counts of every edition that has any, by its id: three queries whatever there is."""
    classes, rules = _number(ProblemClass.objects.all()), _number(FilingRule.objects.all())
    cases = filed_under()
    return {
        one: Counts(classes.get(one, 0), rules.get(one, 0), cases.get(one, 0))
        for one in classes.keys() | rules.keys() | cases.keys()
    }


def own_classes(
    of: Edition,
    text: str = "",
    *,
    kind: str = "",
    replacing: bool = False,
    cursor: str | None = None,
    size: int = 50,
) -> Page[ProblemClass]:
    """The edition's own classes in the order of their codes; `replacing`: only those in whose place
    an edition that it extends has another. Every word typed must fit. Raises Invalid (cursor)."""
    rows = replacing_classes(of) if replacing else of.classes.all()
    rows = rows.select_related("national__edition").defer("search", "national__search")
    if kind:
        rows = rows.filter(kind=kind)
    for word in words_of(text):
        rows = rows.filter(class_says(word))
    order = ("kind", "major_code", "minor_code", "id")
    return page(rows, order=order, cursor=cursor, size=size)


def own_rules(
    of: Edition, text: str = "", *, kind: str = "", cursor: str | None = None, size: int = 50
) -> Page[FilingRule]:
    """The edition's own filing rules in the manual's order; some are of classes of the editions
    that it extends. Every word typed must fit. Raises Invalid (cursor)."""
    rows = of.rules.select_related("problem_class").defer("search", "problem_class__search")
    if kind:
        rows = rows.filter(problem_class__kind=kind)
    for word in words_of(text):
        rows = rows.filter(says(word))
    return page(rows, order=("position", "id"), cursor=cursor, size=size)


def replacing_classes(of: Edition) -> QuerySet[ProblemClass]:
    """The edition's classes whose code stands in an edition that it extends, too."""
    below = ProblemClass.objects.filter(
        edition__in=chain(of)[1:], kind=OuterRef("kind"), major_code=OuterRef("major_code"),
        minor_code=OuterRef("minor_code"),
    )  # fmt: skip
    return of.classes.filter(Exists(below))


def edition_changes(code: str = "") -> QuerySet[EditionChange]:
    """Who loaded, published or withdrew an edition, or any, newest first."""
    found = EditionChange.objects.order_by("-at", "-id")
    return found.filter(edition=code) if code else found


def _number(rows: QuerySet[ProblemClass] | QuerySet[FilingRule]) -> dict[int, int]:
    found = rows.order_by().values_list("edition").annotate(number=Count("pk"))
    return dict(found)
