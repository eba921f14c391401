"""The shape of discipline's forms; what is allowed, the operations decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cityloop.discipline.models import (
    MISTAKES,
    Colour,
    Decision,
    Kind,
    Mistake,
    Ruling,
    State,
    Trigger,
    Verdict,
)
from cityloop.kernel.actor import Actor
from cityloop.people.forms import EMPTY, OrganisationField, day, text
from cityloop.people.models import Member

FRAUD_STATES = (
    ("open", pgettext_lazy("fraud", "not decided")),
    ("upheld", pgettext_lazy("fraud", "upheld")),
    ("appealed", pgettext_lazy("fraud", "appealed against")),
    ("dismissed", pgettext_lazy("fraud", "dismissed")),
)
SAMPLE_STATES = (
    ("waiting", pgettext_lazy("sampled decision", "for me to judge")),
    ("open", pgettext_lazy("sampled decision", "not yet judged")),
    ("judged", pgettext_lazy("sampled decision", "judged")),
    ("right", pgettext_lazy("sampled decision", "right")),
    ("wrong", pgettext_lazy("sampled decision", "wrong")),
)
BY = (("operator", _("operator")), ("hall", _("hall")))


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


class PeriodForm(forms.Form):
    """Days of decisions, both counted, and their kind."""

    since = day(_("From day"))
    until = day(_("To day"))
    kind = forms.ChoiceField(
        label=_("Decision"), required=False, choices=[*EMPTY, *Decision.choices]
    )

    def clean(self) -> dict[str, Any]:
        """A period does not end before it begins."""
        found: dict[str, Any] = super().clean() or {}
        since, until = found.get("since"), found.get("until")
        if since and until and until < since:
            self.add_error("until", _("The period ends before it begins."))
        return found


class FigureFilter(PeriodForm):
    """What the figures are counted by."""

    by = forms.ChoiceField(label=_("Counted by"), required=False, choices=BY)


class DecisionFilter(PeriodForm):
    """Whose decisions a list shows: of somebody, of a hall; the given back alone."""

    operator = forms.IntegerField(
        required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput
    )
    hall = forms.IntegerField(
        required=False, min_value=0, max_value=2**62, widget=forms.HiddenInput
    )
    returned = forms.BooleanField(label=_("Given back by the unit"), required=False)


class SampleFilter(DecisionFilter):
    """What the list of drawn decisions may be narrowed by."""

    returned = None  # type: ignore[assignment]
    state = forms.ChoiceField(label=_("State"), required=False, choices=[*EMPTY, *SAMPLE_STATES])


class JudgeForm(forms.Form):
    """Right or wrong; wrong with what and in words."""

    ruling = forms.ChoiceField(
        label=_("Decision was"), widget=forms.RadioSelect,
        choices=[one for one in Ruling.choices if one[0] != Ruling.OPEN],
    )  # fmt: skip
    mistake = forms.ChoiceField(label=_("What was wrong"), required=False)
    note = forms.CharField(
        label=_("In words"), required=False, max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=_("Needed where the decision was wrong; the operator reads it."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, kind: str) -> None:
        super().__init__(data)
        field = self.fields["mistake"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared above)
        known = MISTAKES[Decision(kind)]
        field.choices = [*EMPTY, *((one.value, Mistake(one).label) for one in known)]
