"""The shape of the forms of oversight; what is allowed, the operations decide."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cityloop.kernel.actor import Actor
from cityloop.oversight.models import ListKind
from cityloop.people import queries as people
from cityloop.people.forms import EMPTY, OrganisationField, day, text

STATES = (
    ("open", pgettext_lazy("order", "waits for the answer")),
    ("sent_back", pgettext_lazy("order", "sent back")),
    ("overdue", pgettext_lazy("order", "overdue")),
    ("replied", pgettext_lazy("order", "answered")),
    ("accepted", pgettext_lazy("order", "accepted")),
    ("ended", pgettext_lazy("order", "ended with the case")),
)
SIDES = (("given", _("Given by me")), ("ours", _("To my unit")))
PERIOD_DAYS, LONGEST_DAYS = 30, 366


def long_text(label: Any, *, required: bool = True, rows: int = 3, help_text: Any = "") -> Any:
    """A box for several sentences."""
    box = forms.Textarea({"rows": rows})
    return forms.CharField(
        label=label, max_length=20000, required=required, widget=box, help_text=help_text
    )


class OrderFilter(forms.Form):
    """What the list of orders may be narrowed by."""

    side = forms.ChoiceField(label=_("Which"), required=False, choices=[*EMPTY, *SIDES])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[*EMPTY, *STATES])


class PeriodForm(forms.Form):
    """Days from and to; the last thirty at first."""

    since = day(_("From"), required=True)
    until = day(_("to"), required=True)

    def clean(self) -> dict[str, Any]:
        """The days in order, a year at most."""
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and not since <= until <= since + timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError(_("The days stand in order, a year at most."))
        return given


def usual(today: date) -> dict[str, str]:
    """The period that is shown when none is asked for."""
    return {
        "since": (today - timedelta(days=PERIOD_DAYS)).isoformat(), "until": today.isoformat()
    }  # fmt: skip


def span(since: date, until: date) -> tuple[datetime, datetime]:
    """Both days as moments: from the first midnight to the one after the last day."""
    return tuple(  # type: ignore[return-value]
        timezone.make_aware(datetime.combine(one, time()))
        for one in (since, until + timedelta(days=1))
    )


class NewListForm(forms.Form):
    """What a list is for."""

    title = text(_("Title of the list"), most=120, required=True)
    kind = forms.ChoiceField(label=_("Kind"), choices=ListKind.choices)
    note = long_text(_("Remark"), required=False, rows=2)


class AddForm(forms.Form):
    """Cases by their numbers."""

    numbers = long_text(
        _("Numbers of cases"), rows=2, help_text=_("Several with a space or a line between them.")
    )
    remark = text(_("Remark"), most=200)


class PlaceForm(PeriodForm):
    """A place that is taken into the list, with the period in which it was found."""

    grid_code = forms.CharField(max_length=20, widget=forms.HiddenInput)


class SendForm(forms.Form):
    """To whom the list goes: a unit, or a leader by name."""

    note = long_text(_("What is to be done"))
    due_on = day(_("Answer wanted by"), required=True)

    def __init__(self, *args: Any, actor: Actor, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = OrganisationField(actor, _("To the unit"))
        leaders = people.holders(on, "leader").order_by("name", "pk")
        self.fields["member"] = forms.ModelChoiceField(
            leaders, label=_("or to the leader"), required=False, empty_label="—"
        )
        self.order_fields(["organisation", "member", "due_on", "note"])


class AnswerForm(forms.Form):
    """The answer to a list."""

    text = long_text(_("Answer"))


class EndForm(forms.Form):
    """What came of a list."""

    result = long_text(_("Result"), rows=2)


class DropForm(forms.Form):
    """A button without a field."""
