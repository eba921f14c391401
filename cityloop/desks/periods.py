"""Filters of the list by what happened in a period: filed, closed, and how it was handled.

Figures count by the same conditions, so that a number opens exactly the cases behind it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from cityloop.desks.forms import WordsSelect
from cityloop.standards import queries as standards

NAMES = ("filed_from", "filed_to", "closed_from", "closed_to", "outcome", "major")
OUTCOMES = (
    ("", gettext_lazy("All")),
    ("on_time", pgettext_lazy("outcome", "handled in time")),
    ("late", pgettext_lazy("outcome", "handled late")),
    ("reworked", pgettext_lazy("outcome", "reworked")),
)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}))


class PeriodForm(forms.Form):
    """The fields that a list's filter form adds to its own."""

    filed_from = _day(gettext_lazy("Filed from"))
    filed_to = _day(gettext_lazy("to"))
    closed_from = _day(gettext_lazy("Closed from"))
    closed_to = _day(gettext_lazy("to"))
    outcome = forms.ChoiceField(
        label=pgettext_lazy("outcome", "Handling"), required=False, choices=OUTCOMES
    )
    major = forms.ChoiceField(
        label=gettext_lazy("Group of classes"), required=False, widget=WordsSelect
    )

    def offer_majors(self, on: date) -> None:
        """The groups of classes to choose from, in the reader's language."""
        field = self.fields["major"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared above)
        field.choices = [("", gettext_lazy("All")), *majors(on).items()]


def majors(on: date) -> dict[str, str]:
    """Names of the groups of classes by their key ("E01")."""
    english = (get_language() or "").startswith("en")
    return {key: (en if english and en else zh)
            for key, (zh, en) in standards.major_names(on).items()}  # fmt: skip


def filters(given: Mapping[str, Any]) -> dict[str, Any]:
    """The cleaned fields as arguments of cases.queries.Filters; both days of a span are counted."""
    found: dict[str, Any] = {name: given.get(name) or "" for name in ("outcome", "major")}
    for name in ("filed", "closed"):
        until = given.get(f"{name}_to")
        found[f"{name}_from"] = midnight(given.get(f"{name}_from"))
        found[f"{name}_to"] = midnight(until + timedelta(days=1)) if until else None
    return found


def midnight(day: date | None) -> datetime | None:
    """The first moment of a day of the city."""
    return timezone.make_aware(datetime.combine(day, time())) if day else None
