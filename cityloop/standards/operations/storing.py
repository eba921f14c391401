"""Writes the rows of a draft: what is new, what differs, what is gone; ids of kept rows stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import models
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Refused
from cityloop.standards import keywords
from cityloop.standards.catalogue import Catalogue, ClassKey, ClassRow, EditionRow, RuleKey, RuleRow
from cityloop.standards.models import Edition, FilingRule, ProblemClass

BATCH = 500
MAX_LISTED = 10
EDITION_FACTS = (
    "name_zh", "name_en", "kind", "family", "source", "valid_from", "valid_to", "note",
)  # fmt: skip
RULE_FACTS = (
    "seq", "condition_zh", "condition_en", "closing_zh", "closing_en", "limit_amount",
    "limit_unit", "place_level", "season_from", "season_to", "engineering_amount",
    "engineering_unit", "units_hint", "provisional", "source",
)  # fmt: skip
Row = TypeVar("Row", ProblemClass, FilingRule)
Key = TypeVar("Key", ClassKey, RuleKey)


class ClassInUse(Refused):
    """A class or rule of a draft is used elsewhere and may not go."""

    code, title = "class-in-use", "The class is in use"


def write_draft(
    edition: Edition,
    found: Catalogue,
    *,
    base_keys: Mapping[ClassKey, int],
    mapped: Mapping[ClassKey, int],
) -> None:
    """Make the draft's rows those of the catalogue. `base_keys`: classes of the editions it
    extends; `mapped`: classes of other editions that its own correspond to. Raises ClassInUse."""
    rules = {rule_key(one): one for one in edition.rules.select_related("problem_class")}
    stored = {class_key(one): one for one in edition.classes.all()}
    _drop(FilingRule, [rules.pop(key) for key in rules.keys() - found.rules.keys()])
    gone = [stored.pop(key) for key in stored.keys() - found.classes.keys()]
    wanted = {key: _class_values(edition, one, mapped) for key, one in found.classes.items()}
    _store(ProblemClass, stored, wanted)
    ids = {**base_keys, **{class_key(one): one.pk for one in edition.classes.all()}}
    _store(FilingRule, rules, {k: _rule_values(edition, r, ids) for k, r in found.rules.items()})
    _drop(ProblemClass, gone)  # last: until now a kept rule may have pointed to one


def write_facts(
    row: EditionRow, edition: Edition | None, base: Edition | None, *, actor: Actor, now: datetime
) -> Edition:
    """The draft's own line, new or changed."""
    edition = edition or Edition(code=row.code)
    for name in EDITION_FACTS:
        setattr(edition, name, getattr(row, name))
    edition.based_on = base
    edition.loaded_at, edition.loaded_by = now, actor.post[:120]
    edition.save()
    return edition


def class_key(row: ProblemClass) -> ClassKey:
    """The key of a stored class."""
    return ClassKey(row.kind, row.major_code, row.minor_code)


def rule_key(row: FilingRule) -> RuleKey:
    """The key of a stored rule."""
    return RuleKey(class_key(row.problem_class), row.seq, row.place_level, row.season_from)


def _drop(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    try:
        model._default_manager.filter(pk__in=[row.pk for row in rows]).delete()
    except ProtectedError as error:
        used = ", ".join(sorted(str(row) for row in rows)[:MAX_LISTED])
        raise ClassInUse(
            _("in use and therefore not removed: %(rows)s") % {"rows": used}
        ) from error


def _store(
    model: type[Row], stored: Mapping[Key, Row], wanted: Mapping[Key, dict[str, Any]]
) -> None:
    """Insert what is new, update what differs."""
    new: list[Row] = []
    changed: list[Row] = []
    names: set[str] = set()
    for key, values in wanted.items():
        row = stored.get(key)
        names |= values.keys()
        if row is None:
            new.append(model(**values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            changed.append(row)
    model._default_manager.bulk_create(new, batch_size=BATCH)
    if changed:
        model._default_manager.bulk_update(changed, sorted(names), batch_size=BATCH)


def _class_values(
    edition: Edition, row: ClassRow, mapped: Mapping[ClassKey, int]
) -> dict[str, Any]:
    names = (row.name_zh, *row.synonyms)
    return {
        "edition_id": edition.pk,
        "kind": row.kind,
        "major_code": row.major_code,
        "major_zh": row.major_zh,
        "major_en": row.major_en,
        "minor_code": row.minor_code,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "code": f"{edition.code}/{row.key}",
        "level": row.level,
        "second_eye": row.second_eye,
        "provisional": row.provisional,
        "synonyms": list(row.synonyms),
        "national_id": mapped.get(row.key),
        "source": row.source,
        "initials": keywords.initials(names),
        "pinyin": keywords.full_pinyin(names),
        "search_text": " ".join((*names, row.name_en, row.major_zh, row.major_en)),
    }


def _rule_values(edition: Edition, row: RuleRow, ids: Mapping[ClassKey, int]) -> dict[str, Any]:
    words = (row.condition_zh, row.condition_en, row.closing_zh, row.closing_en, row.units_hint)
    return {
        **{name: getattr(row, name) for name in RULE_FACTS},
        "edition_id": edition.pk,
        "problem_class_id": ids[row.of],
        "position": str(row.key),
        "search_text": " ".join(words),
    }
