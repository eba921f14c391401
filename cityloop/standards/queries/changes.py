"""What was changed of editions and calendars, for the audit of configuration."""

from __future__ import annotations

from cityloop.kernel.changes import Asked, Change, asked_of, lines_of
from cityloop.standards.models import CalendarChange, EditionChange


def changes(asked: Asked) -> list[Change]:
    """Editions loaded, published, withdrawn; days, hours and periods of calendars."""
    calendars = CalendarChange.objects.select_related("calendar")
    return [
        *asked_of(EditionChange.objects.all(), asked, "editions", _edition),
        *asked_of(calendars, asked, "calendar", _calendar),
    ]


def _edition(row: EditionChange) -> Change:
    lines = tuple(f"{name}: {value}" for name, value in sorted(row.facts.items()))
    what = f"{row.edition}: {row.what}"
    return Change("editions", row.pk, row.at, row.actor, what, lines, row.why)


def _calendar(row: CalendarChange) -> Change:
    lines = lines_of(row.before, row.after)
    what = f"{row.calendar.code}: {row.what}"
    return Change("calendar", row.pk, row.at, row.actor, what, lines, row.why)
