"""Forms of the pages of editions: shapes only, the operations judge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as words
from django.utils.translation import gettext_lazy as _

from cityloop.standards import unpacking, wording
from cityloop.standards.models import Edition

MOST_FILES = 20


class SheetsInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of uploads, together no larger than one attachment may be."""

    widget = SheetsInput(attrs={"accept": ",".join(unpacking.ACCEPTED)})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Every file that was sent."""
        sent = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        for one in sent or [None]:
            super().clean(one, initial)
        if sum(one.size for one in sent) > settings.MAX_FILE_BYTES or len(sent) > MOST_FILES:
            limit = settings.MAX_FILE_BYTES >> 20
            raise forms.ValidationError(words("more than %(limit)s MB") % {"limit": limit})
        return sent


class UploadForm(forms.Form):
    """An edition as a file."""

    file = FilesField(
        label=_("File"),
        help_text=_(
            "An Excel workbook (.xlsx) with the sheets edition, classes and filing_rules; or "
            "edition.toml, classes.csv and filing_rules.csv, together or in a ZIP file."
        ),
    )


class SearchForm(forms.Form):
    """Classes and rules by words and by kind."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Class, condition, code or pinyin initials")}
        ),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All")), ("component", _("Components")), ("event", _("Events"))],
    )


class ContentForm(SearchForm):
    """What of an edition is looked for."""

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("classes", _("Classes")), ("replacing", _("Classes that replace others")),
            ("rules", _("Filing rules")),
        ],
    )  # fmt: skip
    field_order = ("show",)


class DifferenceForm(forms.Form):
    """Two editions."""

    def __init__(self, *args: Any, editions: list[Edition], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(one.code, f"{one.code} {wording.name_of((one.name_zh, one.name_en))}")
                 for one in editions]  # fmt: skip
        self.fields["old"] = forms.ChoiceField(label=_("From the edition"), choices=known)
        self.fields["new"] = forms.ChoiceField(label=_("to the edition"), choices=known)


class PublishForm(forms.Form):
    """That an edition is to hold for good. `stamp`: the state of the editions that was shown."""

    stamp = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, past: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["backdated"] = forms.BooleanField(
            label=_("The first day in the past is meant: those cases keep their filing rules."),
            required=False,
            widget=forms.CheckboxInput if past else forms.HiddenInput,
        )


class WithdrawForm(forms.Form):
    """Why a draft goes."""

    why = forms.CharField(label=_("Reason"), max_length=500)
