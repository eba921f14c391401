"""The shape of the forms with which a city begins."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from cityloop.geo.coordinates import SYSTEMS
from cityloop.kernel.templatetags.ui import named
from cityloop.people.models import ANY
from cityloop.setup.sheets import Sheet
from cityloop.standards import queries as standards

SYSTEM_CHOICES = [(one, one.upper()) for one in SYSTEMS]


class UploadForm(forms.Form):
    """A file, with the options of its kind."""

    def __init__(self, *args: Any, sheet: Sheet, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.fields["file"] = forms.FileField(
            label=_("File"), help_text=", ".join(sheet.suffixes),
            widget=forms.ClearableFileInput({"accept": sheet.accepts}),
        )  # fmt: skip
        if add_options := OPTIONS.get(sheet.kind):
            add_options(self, on)

    def clean_file(self) -> Any:
        """A file of a kind that can be read."""
        file = self.cleaned_data["file"]
        if Path(file.name or "").suffix.lower() not in self.sheet.suffixes:
            wanted = ", ".join(self.sheet.suffixes)
            raise forms.ValidationError(now_("The file must be one of: %s.") % wanted)
        return file

    @property
    def options(self) -> dict[str, Any]:
        """What was chosen beside the file."""
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}


def _of_components(form: forms.Form, _on: date) -> None:
    form.fields["system"] = forms.ChoiceField(
        label=_("Coordinates of a table"), choices=SYSTEM_CHOICES, required=False
    )
    form.fields["layer"] = forms.CharField(
        label=_("Layer of a file with several"), required=False, max_length=120
    )
    form.fields["update"] = forms.BooleanField(
        label=_("Codes that the register has take the file's values"), required=False
    )


def _of_responsibilities(form: forms.Form, on: date) -> None:
    own = standards.own_editions(on)
    form.fields["edition"] = forms.ChoiceField(
        label=_("Edition of the class codes"), required=False,
        choices=[*((one.code, named(one)) for one in own), (ANY, _("any edition"))],
    )  # fmt: skip


OPTIONS = {"components": _of_components, "responsibilities": _of_responsibilities}
