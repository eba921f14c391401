"""The shape of the forms with which a city begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from cityloop.geo.coordinates import SYSTEMS
from cityloop.kernel.templatetags.ui import named
from cityloop.people.models import ANY
from cityloop.people.views.sign_in import NewPasswordForm
from cityloop.setup import queries
from cityloop.setup.models import GroundWork
from cityloop.setup.queries import District
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


def _line(label: Any, *, most: int, help_text: Any = "", **attributes: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, help_text=help_text, widget=forms.TextInput(attributes)
    )


class FoundingForm(NewPasswordForm):
    """Who is the city's first administrator, and of which platform."""

    code = _line(
        _("Code of the server"), most=40, autocomplete="off", autocapitalize="none",
        spellcheck="false", help_text=_("It was printed where the server was started."),
    )  # fmt: skip
    region_code = _line(
        _("City (code of six digits)"), most=12, list="cities", autocomplete="off",
        help_text=_("As 330100; of a district with a platform of its own as 330102."),
    )  # fmt: skip
    organisation_name = _line(_("Name of the platform"), most=120)
    organisation_code = _line(
        _("Code of the platform"), most=40, autocapitalize="characters",
        help_text=_("Short, as HZ-PLAT; tables name it by this code."),
    )  # fmt: skip
    name = _line(_("Your name"), most=60, autocomplete="name")
    username = _line(
        _("Username"), most=60, autocomplete="username", autocapitalize="none", spellcheck="false"
    )
    field_order = ("code", "region_code", "organisation_name", "organisation_code", "name",
                   "username", "password", "again")  # fmt: skip


class CityForm(forms.Form):
    """A city of China, and the districts that get streets and communities."""

    city = forms.RegexField(
        r"^\d{6}$", label=_("City (code of six digits)"), max_length=6,
        widget=forms.TextInput({"list": "cities", "inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, found: Sequence[District], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "city-%s", **kwargs})
        city = self.data.get("city", "") or self.initial.get("city", "")
        there = {one.code for one in found if one.streets}
        self.fields["districts"] = forms.MultipleChoiceField(
            label=_("Streets and communities of these districts"), required=False,
            choices=[(code, name) for code, name in queries.districts(city) if code not in there],
            widget=forms.CheckboxSelectMultiple,
            help_text=_("None: of all districts, which takes minutes."),
        )  # fmt: skip


class CutForm(forms.Form):
    """Districts to be cut into unit grids."""

    def __init__(self, *args: Any, districts: Sequence[District], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "cut-%s", **kwargs})
        self.fields["districts"] = forms.MultipleChoiceField(
            label=_("Districts"), choices=[(one.code, one.name) for one in districts],
            widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip


class GroundFileForm(forms.Form):
    """A geographic file and how to read it."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("GeoJSON, GeoPackage or another format of GDAL in one file."),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=_("What the file holds"),
        choices=[(GroundWork.Kind.REGIONS, _("regions")), (GroundWork.Kind.GRIDS, _("unit grids")),
                 (GroundWork.Kind.ROADS, _("roads"))],
    )  # fmt: skip
    system = forms.ChoiceField(
        label=_("Coordinates"), required=False,
        choices=[("", _("as the file says")), *SYSTEM_CHOICES],
    )  # fmt: skip
    layer = forms.CharField(label=_("Layer of a file with several"), required=False, max_length=120)
    valid_from = forms.DateField(
        label=_("Valid from"), required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    replace = forms.BooleanField(
        label=_("Outlines that are there end, these begin"), required=False
    )
    with_gaps = forms.BooleanField(label=_("Grids may leave gaps in a community"), required=False)
