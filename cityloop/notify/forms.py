"""The shape of notify's forms."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cityloop.notify.models import Fault, Quality

LANGUAGES = [("zh-hans", "中文"), ("en", "English")]


class ReplyForm(forms.Form):
    """The reply as it goes out."""

    text = forms.CharField(label=_("Text"), max_length=500, widget=forms.Textarea({"rows": 5}))


class PublicForm(forms.Form):
    """What a citizen knows: the number, and the end of the phone that reported it."""

    number = forms.RegexField(
        r"^\s*[0-9A-Za-z]{1,24}(-\d{1,6})?\s*$", label=_("Number of the case"), max_length=32,
        error_messages={"invalid": _("the number as you were told: digits, perhaps with a dash")},
    )  # fmt: skip
    tail = forms.RegexField(
        r"^[0-9]{4}$", label=_("Last four digits of the phone"), max_length=4,
        error_messages={"invalid": _("four digits")},
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip


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


class CheckForm(forms.Form):
    """How good a drawn reply is."""

    quality = forms.ChoiceField(
        label=_("Judgement"),
        choices=[("", "—"), *(one for one in Quality.choices if one[0] != Quality.OPEN)],
    )
    fault = forms.ChoiceField(
        label=_("What is wrong with it"), required=False, choices=[("", "—"), *Fault.choices]
    )
    note = forms.CharField(label=_("Remark"), required=False, max_length=300)


class BrowserForm(forms.Form):
    """A subscription as the browser gives it."""

    endpoint = forms.CharField(max_length=500)
    p256dh = forms.CharField(max_length=120)
    auth = forms.CharField(max_length=40)
