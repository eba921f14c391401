"""The shape of discipline's forms; what is allowed, the operations decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cityloop.discipline.models import Colour, Kind, State, Trigger, Verdict
from cityloop.kernel.actor import Actor
from cityloop.people.forms import EMPTY, OrganisationField, day, text
from cityloop.people.models import Member

FRAUD_STATES = (
    ("open", pgettext_lazy("fraud", "not decided")),
    ("upheld", pgettext_lazy("fraud", "upheld")),
    ("appealed", pgettext_lazy("fraud", "appealed against")),
    ("dismissed", pgettext_lazy("fraud", "dismissed")),
)


def long_text(label: Any) -> forms.CharField:
    """A box for several sentences."""
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea({"rows": 3}))


class CardFilter(forms.Form):
    """What the list of cards may be narrowed by."""

    colour = forms.ChoiceField(label=_("Colour"), required=False, choices=[*EMPTY, *Colour.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[*EMPTY, *State.choices])


class FraudFilter(forms.Form):
    """What the list of findings may be narrowed by."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[*EMPTY, *FRAUD_STATES])


class CasesForm(forms.Form):
    """The cases in which evidence is looked for."""

    numbers = text(
        _("Numbers of cases"), most=400, required=True,
        help_text=_("Several with a space between them."),
    )  # fmt: skip


class AccusationForm(CasesForm):
    """Who did what, and what shows it."""

    kind = forms.ChoiceField(label=_("Kind of fraud"), choices=Kind.choices)
    member = forms.CharField(
        label=_("Person (username)"), required=False, max_length=60,
        help_text=_("Left empty: the unit as a whole."),
    )  # fmt: skip
    account = long_text(_("What happened"))
    photos = forms.MultipleChoiceField(
        label=_("Photos"), required=False, widget=forms.CheckboxSelectMultiple
    )
    lines = forms.MultipleChoiceField(
        label=_("Lines of the history"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, actor: Actor, evidence: Any, **given: Any) -> None:
        super().__init__(data, **given)
        self.fields["numbers"].widget = forms.HiddenInput()
        self.fields["unit"] = OrganisationField(actor, _("Unit accused"), required=True)
        for name in ("photos", "lines"):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 (declared above)
            field.choices = evidence[name]
        self.order_fields(["numbers", "kind", "unit", "member", "account", "photos", "lines"])

    def clean_member(self) -> Member | None:
        """A person by username."""
        name = self.cleaned_data["member"].strip()
        found = Member.objects.filter(username=name).first() if name else None
        if name and found is None:
            raise forms.ValidationError(_("Nobody signs in by this name."))
        return found


class WordsForm(forms.Form):
    """A text of the unit."""

    text = long_text(_("Answer"))


class ReasonForm(forms.Form):
    """Why."""

    reason = long_text(_("Reason"))


class VerdictForm(ReasonForm):
    """Upheld or dismissed, and why."""

    verdict = forms.ChoiceField(label=_("Decision"), choices=Verdict.choices)
    field_order = ("verdict", "reason")


class RuleForm(forms.Form):
    """So many grounds in so many days."""

    trigger = forms.ChoiceField(label=_("What it counts"), choices=Trigger.choices)
    threshold = forms.IntegerField(label=_("From so many on"), min_value=1, max_value=100)
    days = forms.IntegerField(label=_("Within days"), min_value=1, max_value=366)
    points = forms.DecimalField(label=_("Points of a yellow card"), min_value=0, max_value=100)
    red_points = forms.DecimalField(label=_("Points of a red card"), min_value=0, max_value=100)
    rectify_days = forms.IntegerField(label=_("Days to put it right"), min_value=1, max_value=90)
    repeat_days = forms.IntegerField(
        label=_("A second one within days is red"), min_value=1, max_value=366
    )
    source_document = text(_("Document"), required=True)
    valid_from = day(_("Valid from"), required=True)
