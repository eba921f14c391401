"""The shape of notify's forms."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

LANGUAGES = [("zh-hans", "中文"), ("en", "English")]


class WordingForm(forms.Form):
    """A text of the city's own; empty: the given one holds again."""

    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    class_code = forms.CharField(
        label=_("Class"), required=False, max_length=8,
        help_text=_("C, C01 or C0101; empty: all classes"),
    )  # fmt: skip
    text = forms.CharField(
        label=_("Text"), required=False, max_length=500, widget=forms.Textarea({"rows": 5}),
        help_text=_("Empty: the given text holds again."),
    )  # fmt: skip
