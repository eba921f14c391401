"""How two editions differ, row by row, and to which one a new edition is compared."""

from __future__ import annotations

from collections.abc import Mapping

from cityloop.standards.catalogue import ClassKey, ClassRow, EditionRow, RuleKey, RuleRow
from cityloop.standards.difference import Difference, changes
from cityloop.standards.models import Edition
from cityloop.standards.queries.editions import edition, stored_classes, stored_rules
from cityloop.standards.queries.succession import predecessor


def diff_editions(old: str, new: str) -> Difference:
    """What changed from one edition to another, row by row; raises NoEdition.

    Rows are paired by code. Between editions that number their classes anew, `changed` rows with
    another name are other classes under the same code: that is the trap, and it shows here.
    """
    before, after = edition(old), edition(new)
    return changed_since(
        before, new, family=after.family, classes=stored_classes(after), rules=stored_rules(after)
    )


def changed_since(
    before: Edition | None,
    new: str,
    *,
    family: str,
    classes: Mapping[ClassKey, ClassRow],
    rules: Mapping[RuleKey, RuleRow],
) -> Difference:
    """What rows of an edition of the code `new` change; everything is added where there was none.

    To which class of a national edition a class corresponds counts within one family only: between
    others every row would differ by it.
    """
    without = () if before is None or before.family == family else ("national",)
    return Difference(
        old=before.code if before else "",
        new=new,
        classes=changes(stored_classes(before) if before else {}, classes, without=without),
        rules=changes(stored_rules(before) if before else {}, rules),
    )


def compared_with(of: Edition | EditionRow) -> Edition | None:
    """The edition to which a new one is compared: that which is in force before it, its
    predecessor; where none of the family was published, the draft that begins before it."""
    earlier = Edition.objects.filter(family=of.family, valid_from__lt=of.valid_from)
    return predecessor(of) or earlier.exclude(code=of.code).order_by("-valid_from").first()


def diff_to_predecessor(code: str) -> Difference:
    """What an edition changes against the one that is in force before it; all of it is added where
    it is the first of its family (`old` is ''). Raises NoEdition."""
    of = edition(code)
    return changed_since(
        compared_with(of), code, family=of.family, classes=stored_classes(of),
        rules=stored_rules(of),
    )  # fmt: skip
