"""Classes in force under an edition, and finding one by typing."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import add, or_

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from cityloop.kernel import text as bigrams
from cityloop.kernel.errors import NotFound
from cityloop.standards import keywords
from cityloop.standards.catalogue import ClassKey
from cityloop.standards.models import Edition, ProblemClass
from cityloop.standards.queries.editions import MAX_CHAIN, chain

MAX_WORDS = 60  # characters typed into a search box
MAX_GRAMS = 12
PINYIN_FROM = 2  # one letter is in every pinyin


def classes(of: Edition) -> QuerySet[ProblemClass]:
    """All classes in force under an edition: its own, then those of the editions it extends that
    it does not replace under the same code. Ordered by kind and code."""
    found = ProblemClass.objects.filter(_in_force(chain(of))).defer("search")
    return found.order_by("kind", "major_code", "minor_code")


def class_keys(of: Edition) -> dict[ClassKey, int]:
    """Ids of all classes in force by their codes."""
    rows = classes(of).values_list("kind", "major_code", "minor_code", "id")
    return {ClassKey(kind, major, minor): pk for kind, major, minor, pk in rows}


def class_names(of: Edition) -> dict[ClassKey, tuple[str, str]]:
    """Chinese and English names of all classes in force by their codes."""
    rows = classes(of).values_list("kind", "major_code", "minor_code", "name_zh", "name_en")
    return {ClassKey(*key): (zh, en) for *key, zh, en in rows}


def major_names(on: date) -> dict[str, tuple[str, str]]:
    """Chinese and English names of the groups of classes, by the kind's letter and their code
    ("E01"), in the order of both; where editions differ, as the latest one that has begun says."""
    rows = ProblemClass.objects.filter(edition__valid_from__lte=on).order_by(
        "kind", "major_code", "edition__valid_from", "edition_id"
    )
    named = rows.values_list("kind", "major_code", "major_zh", "major_en").distinct()
    return {f"{kind[0].upper()}{code}": (zh, en) for kind, code, zh, en in named}


def class_at(of: Edition, kind: str, major_code: str, minor_code: str) -> ProblemClass:
    """The class in force under a code; raises NotFound."""
    found = classes(of).filter(kind=kind, major_code=major_code, minor_code=minor_code).first()
    if found is None:
        raise NotFound(
            _("%(edition)s has no class %(code)s")
            % {"edition": of.code, "code": ClassKey(kind, major_code, minor_code)}
        )
    return found


def national_class(of: ProblemClass) -> ProblemClass | None:
    """The class of a national or trade standard that a class corresponds to: itself, or found
    along its mapping; None where the mapping ends before."""
    found: ProblemClass | None = of
    for _step in range(MAX_CHAIN):
        if found is None or found.edition.kind in (Edition.Kind.NATIONAL, Edition.Kind.INDUSTRY):
            return found
        found = found.national
    return None


def _in_force(editions: list[Edition]) -> Q | Combinable:
    condition: Q | Combinable = Q(edition=editions[0])
    for index, base in enumerate(editions[1:], 1):
        replaced = ProblemClass.objects.filter(
            edition__in=editions[:index],
            kind=OuterRef("kind"),
            major_code=OuterRef("major_code"),
            minor_code=OuterRef("minor_code"),
        )
        condition |= Q(edition=base) & ~Exists(replaced)
    return condition


def search_classes(text: str, of: Edition, limit: int = 20) -> list[ProblemClass]:
    """Classes that fit what a person types, best first.

    Code (C0101, 0101), name, synonym, part of a name (two Chinese characters do), pinyin initials
    (jg), pinyin, English words. When nothing has all of the words, those with most of them.
    Nothing typed: the first classes in order.
    """
    words = " ".join(text.replace("\x00", " ").split())[:MAX_WORDS]
    found = classes(of)
    if not words:
        return list(found[:limit])
    order = ("kind", "major_code", "minor_code")
    ranked = found.annotate(rank=_rank(words)).filter(rank__isnull=False)
    return list(ranked.order_by("rank", *order)[:limit]) or _nearest(found, words, limit)


def classes_named(text: str) -> list[ProblemClass]:
    """The classes of every edition that are called so: by code, name or synonym; where none is,
    all whose names, codes or initials have every word. Nothing typed: none."""
    words = words_of(text)
    if not words:
        return []
    whole = " ".join(words)
    called = Q(name_zh__iexact=whole) | Q(name_en__iexact=whole) | Q(synonyms__contains=[whole])
    letters = keywords.typed(whole)
    if letters and whole.isascii():
        called |= Q(code__iregex=rf"/[ce]?{letters}$")
    every = ProblemClass.objects.order_by("-edition", "kind", "major_code", "minor_code")
    return list(every.filter(called)) or list(every.filter(*(class_says(word) for word in words)))


def words_of(text: str) -> list[str]:
    """The words of what a person typed into a search box."""
    return text.replace("\x00", " ")[:MAX_WORDS].split()


def class_says(word: str, of: str = "") -> Q:
    """The word is the class's code, or occurs in its names. `of`: the way to the class of a row."""
    condition = Q(**{f"{of}search_text__icontains": word})
    letters = keywords.typed(word)
    if letters and word.isascii():
        condition |= Q(**{f"{of}code__iregex": rf"/[ce]?{letters}$"})
        condition |= Q(**{f"{of}initials__contains": letters})
    if grams := bigrams.query(word):
        condition |= Q(matches(f"{of}search", grams))
    return condition


def _rank(words: str) -> Case:
    """How well a class fits, 0 best; NULL when it does not."""
    steps: list[Q | Combinable] = [
        Q(name_zh__iexact=words) | Q(name_en__iexact=words) | Q(synonyms__contains=[words]),
        Q(name_zh__istartswith=words) | Q(name_en__istartswith=words),
        Q(name_zh__icontains=words),
        Q(search_text__icontains=words),
    ]
    letters = keywords.typed(words)
    if letters and words.isascii():
        steps.insert(0, Q(code__iregex=rf"/[ce]?{letters}$"))
        steps.append(Q(initials__regex=rf"(^| ){letters}( |$)"))
        steps.append(Q(initials__regex=rf"(^| ){letters}"))
        steps.append(Q(initials__contains=letters))
        if len(letters) >= PINYIN_FROM:
            steps.append(Q(pinyin__contains=letters))
    if grams := bigrams.query(words):
        steps.append(matches("search", grams))
    whens = [When(step, then=Value(rank)) for rank, step in enumerate(steps)]
    return Case(*whens, default=None, output_field=IntegerField())


def _nearest(found: QuerySet[ProblemClass], words: str, limit: int) -> list[ProblemClass]:
    """Classes that share words with the text, those that share most first."""
    telling = [gram for gram in bigrams.grams(words) if len(gram) > 1]
    parts = [bigrams.query(gram) for gram in telling[:MAX_GRAMS]]
    if not parts:
        return []
    hits = [matches("search", part) for part in parts]
    shared = reduce(add, (Case(When(hit, then=1), default=0) for hit in hits))
    some = found.filter(reduce(or_, (Q(hit) for hit in hits))).annotate(shared=shared)
    return list(some.order_by("-shared", "kind", "major_code", "minor_code")[:limit])


def matches(column: str, grams: str) -> Func:
    """True where the bigram vector `column` matches a query of kernel.text."""
    return Func(
        F(column),
        Value(grams),
        template="(%(expressions)s::tsquery)",
        arg_joiner=" @@ ",
        output_field=BooleanField(),
    )
