"""The shape of the forms of feedback; what is allowed, the operations decide."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cityloop.feedback.models import Kind, State
from cityloop.feedback.queries import SAME

KINDS = (
    (Kind.FAULT, _("Something does not work")),
    (Kind.WISH, _("Something could be better")),
    (Kind.QUESTION, _("I do not know how")),
)
EVERY = ("", pgettext_lazy("feedback", "all"))
STATES = (*State.choices, (SAME, pgettext_lazy("feedback", "repeated")))


class SayForm(forms.Form):
    """What hinders somebody; where they come from goes along unseen."""

    kind = forms.ChoiceField(
        label=_("What is it?"), choices=KINDS, initial=Kind.FAULT, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("In your words"), max_length=20000, widget=forms.Textarea({"rows": 6}),
        help_text=_("What did you want to do, and what happened? No names or telephone numbers of"
                    " citizens, please."),
    )  # fmt: skip
    picture = forms.FileField(
        label=_("Screenshot"), required=False,
        widget=forms.ClearableFileInput({"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("A picture (JPEG, PNG, WebP). Only administrators see it."),
    )  # fmt: skip
    page = forms.CharField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(required=False, widget=forms.HiddenInput)


class FeedbackFilter(forms.Form):
    """What the list of the office may be narrowed by."""

    q = forms.CharField(label=_("What was said"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[EVERY, *Kind.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=[EVERY, *STATES])
    page = forms.CharField(label=_("Page begins with"), required=False, max_length=300)


class AnswerForm(forms.Form):
    """Where an entry stands from now on, and what its writer is told."""

    state = forms.ChoiceField(label=_("State"), choices=State.choices)
    text = forms.CharField(
        label=_("Answer"), max_length=20000, required=False, widget=forms.Textarea({"rows": 4}),
        help_text=_("The writer is told it. What is done or declined needs words."),
    )  # fmt: skip


class SameForm(forms.Form):
    """Which entry says the same."""

    other = forms.IntegerField(
        label=_("Number of the other entry"), min_value=1, max_value=2**63 - 1,
        help_text=_("From then on its answer holds for both writers."),
    )  # fmt: skip


class PublishForm(forms.Form):
    """How the staff reads a wish."""

    words = forms.CharField(
        label=_("As the staff reads it"), max_length=20000, widget=forms.Textarea({"rows": 3}),
        help_text=_("Without names: who wrote it is not told."),
    )  # fmt: skip
