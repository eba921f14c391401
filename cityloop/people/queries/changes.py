"""What was changed of people, for the audit of configuration."""

from __future__ import annotations

from cityloop.kernel.changes import Asked, Change, asked_of, lines_of
from cityloop.people.models import PeopleChange
from cityloop.people.naming import FIELDS, word


def changes(asked: Asked) -> list[Change]:
    """Organisations, members, posts, roles, responsibilities."""
    return asked_of(PeopleChange.objects.all(), asked, "people", _people)


def _people(row: PeopleChange) -> Change:
    what = f"{word(row.subject)} {row.subject_id}: {word(row.action)}"
    lines = lines_of(row.before, row.after, names=FIELDS)
    return Change("people", row.pk, row.at, row.actor, what, lines, row.reason)
