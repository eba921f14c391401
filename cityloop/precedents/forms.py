"""The shape of the forms of the library."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cityloop.kernel.templatetags.ui import named


class SearchForm(forms.Form):
    """By class and words."""

    q = forms.CharField(label=_("Search words"), required=False, max_length=100)
    problem_class = forms.ChoiceField(label=_("Class"), required=False)

    def __init__(self, *args: Any, classes: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["problem_class"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (declared above)
        field.choices = [
            ("", "—"), *((str(one.pk), f"{named(one)} {one.short_code}") for one in classes)
        ]  # fmt: skip


class PictureForm(forms.Form):
    """By a picture."""

    picture = forms.FileField(
        label=_("Picture"),
        widget=forms.ClearableFileInput({"accept": "image/jpeg,image/png,image/webp"}),
        help_text=_("Pictures of precedents that look like it come first."),
    )


class MarkForm(forms.Form):
    """What the case teaches."""

    note = forms.CharField(
        label=_("What is typical of it"), max_length=20000, widget=forms.Textarea({"rows": 4})
    )


class UnmarkForm(forms.Form):
    """Why it is no example any more."""

    reason = forms.CharField(
        label=_("Reason"), max_length=20000, widget=forms.Textarea({"rows": 2})
    )
