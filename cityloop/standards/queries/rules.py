"""Filing rules in force: of a class, and as the command manual."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from cityloop.kernel import files
from cityloop.kernel import text as bigrams
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Refused
from cityloop.kernel.models import StoredFile
from cityloop.kernel.paging import Page, page
from cityloop.standards.models import Edition, FilingRule, ProblemClass, RulePhoto
from cityloop.standards.queries.classes import class_says, classes, matches, words_of
from cityloop.standards.queries.editions import NoEdition, chain, current_edition, stamp
from cityloop.standards.workcalendar import in_season
from cityloop.standards.worktime import Unit

_MOST_KEPT = 10_000
# Of this process: by the editions' stamp, rule and day whether the rule holds.
_kept: dict[tuple[str, int, date], bool] = {}  # a rule by its id, a class by the negative


class NoEngineeringLimit(Refused):
    """The rule knows no longer limit for engineering work."""

    code, title = "no-engineering-limit", "The rule has no engineering limit"


@dataclass(frozen=True, slots=True)
class Limit:
    """How long handling may take."""

    amount: Decimal
    unit: Unit


def in_force(of: Edition) -> QuerySet[FilingRule]:
    """Rules in force under an edition: for each class those of the nearest edition of the chain
    that has any."""
    editions = chain(of)
    condition: Q | Combinable = Q(edition=editions[0])
    for index, base in enumerate(editions[1:], 1):
        nearer = FilingRule.objects.filter(
            edition__in=editions[:index], problem_class=OuterRef("problem_class")
        )
        condition |= Q(edition=base) & ~Exists(nearer)
    rows = FilingRule.objects.filter(condition, problem_class__in=classes(of).order_by())
    return rows.select_related("problem_class").defer("search", "problem_class__search")


def rules_for(
    class_id: int, *, on: date, place_level: str = "", of: Edition | None = None
) -> list[FilingRule]:
    """The filing rules a person may choose from for a class at a place on a day, in order.

    Of one condition, the limit of the place's level goes before the general one, and that of a
    season before that of the year. Without a level all are listed. `of`: the edition, default the
    current one; a class from outside it is judged by the edition it comes from. Raises NotFound.
    """
    chosen = ProblemClass.objects.select_related("edition__based_on").filter(pk=class_id).first()
    if chosen is None:
        raise NotFound(_("there is no class %(id)s") % {"id": class_id})
    rules = list(in_force(_judging(chosen, of, on)).filter(problem_class=chosen).order_by("seq"))
    fitting = [
        rule
        for rule in rules
        if in_its_season(rule, on) and (not place_level or rule.place_level in ("", place_level))
    ]
    return [r for r in fitting if not any(_goes_before(other, r, place_level) for other in fitting)]


def _judging(chosen: ProblemClass, of: Edition | None, on: date) -> Edition:
    """The edition whose rules hold for a class."""
    try:
        edition = of or current_edition(on)
    except NoEdition:
        return chosen.edition
    return edition if chosen.edition in chain(edition) else chosen.edition


def in_its_season(rule: FilingRule, on: date) -> bool:
    """True when the rule knows no season, or the day lies in it."""
    return not rule.season_from or in_season(on, rule.season_from, rule.season_to)


def holds(rule: FilingRule, *, on: date) -> bool:
    """True when the rule is in force on the day: in the edition by which its class is judged.

    A city without any edition in force judges by the edition that the class comes from. What is
    published never changes, so the answer is kept until an edition comes or goes.
    """
    key = (stamp(), rule.pk, on)
    known = _kept.get(key)
    if known is None:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        known = _kept[key] = _holds(rule, on)
    return known


def _holds(rule: FilingRule, on: date) -> bool:
    edition = _judged_by(rule.problem_class.edition, on)
    return edition is not None and in_force(edition).filter(pk=rule.pk).exists()


def class_holds(class_id: int, *, on: date) -> bool:
    """True when cases may be filed under the class on the day: the edition that judges it has it
    and puts no other class under its code. Kept as `holds`."""
    key = (stamp(), -class_id, on)
    if key not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        row = ProblemClass.objects.select_related("edition").filter(pk=class_id).first()
        edition = _judged_by(row.edition, on) if row is not None else None
        _kept[key] = edition is not None and classes(edition).filter(pk=class_id).exists()
    return _kept[key]


def _judged_by(own: Edition, on: date) -> Edition | None:
    """The edition whose rules hold on the day for classes of this one; None where it has ended."""
    try:
        edition = current_edition(on)
    except NoEdition:
        return own
    if own in chain(edition):
        return edition
    return own if own.is_published and own.covers(on) else None


def _goes_before(one: FilingRule, other: FilingRule, place_level: str) -> bool:
    """True when `one` says the same more exactly, so that `other` need not be offered."""
    if one.seq != other.seq:
        return False
    if one.place_level == other.place_level:
        return bool(one.season_from) and not other.season_from
    return bool(place_level) and one.place_level == place_level


def limit_of(rule: FilingRule, *, engineering: bool = False) -> Limit:
    """The rule's limit; raises NoEngineeringLimit when it has no longer one for engineering."""
    if not engineering:
        return Limit(rule.limit_amount, Unit(rule.limit_unit))
    if rule.engineering_amount is None:
        raise NoEngineeringLimit(_("the filing rule has no engineering limit"))
    return Limit(rule.engineering_amount, Unit(rule.engineering_unit))


def manual(
    of: Edition,
    text: str = "",
    *,
    kind: str = "",
    major_code: str = "",
    cursor: str | None = None,
    size: int = 100,
) -> Page[FilingRule]:
    """The command manual: class, condition, limit, closing condition, units; with example photos.

    Every word typed must occur in the rule or in its class (code, name, synonym, pinyin).
    """
    rows = in_force(of)
    if kind:
        rows = rows.filter(problem_class__kind=kind)
    if major_code:
        rows = rows.filter(problem_class__major_code=major_code)
    for word in words_of(text):
        rows = rows.filter(says(word))
    photos = RulePhoto.objects.select_related("file").order_by("-verdict", "id")
    rows = rows.prefetch_related(Prefetch("photos", queryset=photos))
    return page(rows, order=("position", "id"), cursor=cursor, size=size)


def example(photo_id: int) -> RulePhoto:
    """An example photo with its file; raises NotFound."""
    found = RulePhoto.objects.select_related("file").filter(pk=photo_id).first()
    if found is None:
        raise NotFound(_("there is no example photo %(id)s") % {"id": photo_id})
    return found


def examples(rule_id: int) -> QuerySet[RulePhoto]:
    """The example photos of a rule, good ones first; raises NotFound for no rule."""
    if not FilingRule.objects.filter(pk=rule_id).exists():
        raise NotFound(_("there is no filing rule %(id)s") % {"id": rule_id})
    rows = RulePhoto.objects.filter(rule_id=rule_id).select_related("file")
    return rows.order_by("-verdict", "id")


def picture_in_hand(actor: Actor, sha256: str) -> StoredFile:
    """A stored picture that the actor handed in, or that is an example already; raises Invalid.

    Else a digest from elsewhere would show everybody the photo of a case. What was never stored is
    refused in the same words.
    """
    file = StoredFile.objects.filter(sha256=sha256).first()
    mine = actor.member_id is None or sha256 in files.handed_in(actor.member_id, [sha256])
    if file is None or not (mine or RulePhoto.objects.filter(file=file).exists()):
        why = _("hand the picture in as a file first: %(sha)s") % {"sha": sha256[:12]}
        raise Invalid(why, fields={"sha256": why})
    return file


def says(word: str) -> Q:
    """The word occurs in the rule or finds its class."""
    condition = Q(search_text__icontains=word) | class_says(word, "problem_class__")
    if grams := bigrams.query(word):
        condition |= Q(matches("search", grams))
    return condition
