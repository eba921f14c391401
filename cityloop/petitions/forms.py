"""The shape of the forms of petitions; what is allowed, the operations decide."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cityloop.kernel.templatetags.ui import named
from cityloop.people.forms import EMPTY, day
from cityloop.people.forms import text as line
from cityloop.petitions.models import Kind, Medium, Outcome
from cityloop.petitions.published import KINDS
from cityloop.standards import queries as standards

STATES = (
    ("waiting", _("not yet transferred or answered")),
    ("transferred", _("transferred, not yet answered")),
    ("late", _("answer overdue")),
    ("answered", _("answered")),
)
SUGGESTION_STATES = (
    ("waiting", _("to be answered")), ("late", _("answer overdue")), ("answered", _("answered")),
)  # fmt: skip
LONGEST_DAYS = 366


def long_text(label: Any, *, rows: int = 5, most: int = 5000, required: bool = True) -> Any:
    """A box for several sentences."""
    return forms.CharField(
        label=label, max_length=most, required=required, widget=forms.Textarea({"rows": rows})
    )


class RegisterFilter(forms.Form):
    """What the register may be narrowed by."""

    q = line(_("Number or subject"), most=60)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[*EMPTY, *Kind.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[*EMPTY, *STATES])


class WithClass(forms.Form):
    """A form with the classes in force, of which none may be chosen."""

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["class_code"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared below)
        found = standards.classes(standards.current_edition(on))
        field.choices = [
            *EMPTY, *((one.code, f"{named(one)} {one.short_code}") for one in found)
        ]  # fmt: skip


class PetitionForm(WithClass):
    """A line of the register."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    received_on = day(_("Received on"), required=True)
    head_count = forms.IntegerField(
        label=_("Head count"), initial=1, min_value=1,
        help_text=_("From five people who come together on: a joint visit."),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Petitioner"), max_length=60, required=False,
        help_text=_("Of a joint visit: who speaks for all."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip
    address = forms.CharField(
        label=_("Address for the answer"), max_length=200, required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    subject = line(_("Subject"), most=120, required=True)
    text = long_text(_("What is written or said"))
    place = line(_("Place of the matter"))
    class_code = forms.ChoiceField(label=_("Class"), required=False)


class TransferForm(WithClass):
    """The matter as a case is opened for it."""

    text = long_text(_("What is the matter?"), rows=4, most=2000)
    address = line(_("Place of the matter"))
    class_code = forms.ChoiceField(label=_("Class"), required=False)
    x = forms.FloatField(
        label=_("Longitude"), required=False, widget=forms.TextInput({"inputmode": "decimal"})
    )
    y = forms.FloatField(
        label=_("Latitude"), required=False, widget=forms.TextInput({"inputmode": "decimal"})
    )


class LetterForm(forms.Form):
    """The answer as it goes out."""

    text = long_text(_("Text of the letter"), rows=10)
    medium = forms.ChoiceField(label=_("How it goes out"), choices=Medium.choices)


class PeriodForm(forms.Form):
    """Days from and to; this year at first."""

    since = day(_("From"), required=True)
    until = day(_("to"), required=True)

    def clean(self) -> dict[str, Any]:
        """The days in order, a year at most."""
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and not since <= until <= since + timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError(_("The days stand in order, a year at most."))
        return given


class SuggestionFilter(forms.Form):
    """What the list of suggestions may be narrowed by."""

    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[*EMPTY, *SUGGESTION_STATES]
    )


class SuggestionForm(forms.Form):
    """What is suggested, and by whom."""

    subject = line(_("Subject"), most=120, required=True)
    text = long_text(_("Your suggestion"), rows=6)
    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, required=False,
        widget=forms.TextInput({"inputmode": "tel"}),
    )  # fmt: skip


class SuggestionAnswerForm(forms.Form):
    """What becomes of a suggestion."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=[*EMPTY, *Outcome.choices])
    text = long_text(_("Answer"), rows=6)


class LineForm(forms.Form):
    """A channel of the contact page."""

    kind = forms.ChoiceField(
        label=_("Kind"), initial="phone",  # so that an untouched line counts as empty
        choices=[(code, label) for code, (label, _icon) in KINDS.items()],
    )  # fmt: skip
    label_zh = line(_("Chinese name"), most=60, required=True)
    label_en = line(_("English name"), most=60)
    value = line(_("Number or address"), required=True)
    note_zh = line(_("Remark in Chinese"), most=120)
    note_en = line(_("Remark in English"), most=120)


LineSet = forms.formset_factory(LineForm, extra=2, can_delete=True, max_num=30)


class RulesForm(forms.Form):
    """The rules of handling as everybody may read them."""

    rules_zh = long_text(_("Rules in Chinese"), rows=12, most=10_000)
    rules_en = long_text(_("Rules in English"), rows=12, most=10_000, required=False)
