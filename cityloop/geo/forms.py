"""Forms of the ground's pages in the back office: shapes only, the operations judge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cityloop.geo import drawn
from cityloop.geo.models import MapSource
from cityloop.geo.operations.map_sources import MAX_ATTRIBUTION, MAX_POSITION, MAX_URL
from cityloop.geo.operations.recording import MAX_NAME, MAX_REASON
from cityloop.kernel.errors import Invalid

KINDS = {
    MapSource.Kind.WMTS: _("WMTS: a map service of the city or the state"),
    MapSource.Kind.XYZ: _("XYZ: tiles by zoom, column and row"),
    MapSource.Kind.PMTILES: _("PMTiles: one archive"),
}


class ReasonForm(forms.Form):
    """Why something goes."""

    reason = forms.CharField(label=_("Reason"), max_length=MAX_REASON)


class MapSourceForm(forms.Form):
    """A map service below our own tiles."""

    name = forms.CharField(label=_("What it is called"), max_length=MAX_NAME)
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()))
    url = forms.CharField(
        label=_("Web address"), max_length=MAX_URL,
        help_text=_("With {z}, {x} and {y} in it; of an archive the address alone."),
    )  # fmt: skip
    attribution = forms.CharField(
        label=_("Whose map it is"), max_length=MAX_ATTRIBUTION, required=False,
        help_text=_("Shown at the edge of the map."),
    )  # fmt: skip
    position = forms.IntegerField(
        label=_("Layer"), min_value=0, max_value=MAX_POSITION,
        help_text=_("Lower numbers lie below."),
    )  # fmt: skip
    enabled = forms.BooleanField(label=_("Shown on maps"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=MAX_REASON, required=False)


CORNERS = _("A corner a line: longitude, then latitude, in WGS 84. The map writes here too.")


def day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """A calendar field."""
    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=widget, help_text=help_text)


def reason(*, required: bool = False) -> forms.CharField:
    """Why."""
    return forms.CharField(label=_("Reason"), max_length=200, required=required)


def corners(label: Any, *, rows: int, drawn_as: str, help_text: Any = CORNERS) -> forms.CharField:
    """A corner a line; the map draws it as a line or as an outline."""
    box = forms.Textarea(
        {"rows": rows, "class": "mono", "spellcheck": "false", "data-corners": drawn_as}
    )
    return forms.CharField(
        label=label, required=False, max_length=1_000_000, widget=box, help_text=help_text
    )


def read(form: forms.Form, name: str, reader: Any) -> Any:
    """What was drawn in a field; its problem becomes an error of the field."""
    try:
        return reader(form.cleaned_data[name])
    except Invalid as problem:
        raise forms.ValidationError(list(problem.reasons)) from problem


class ServiceAreaForm(forms.Form):
    """Where the platform works: the outline of regions, or one of its own."""

    name = forms.CharField(label=_("Name of the area"), max_length=MAX_NAME)
    starts_on = forms.DateField(
        label=_("First day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=_("First day without it"), required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    regions = forms.CharField(
        label=_("Outline of these regions"), max_length=2000, required=False,
        help_text=_("Codes of districts, streets or communities, with blanks between them."),
    )  # fmt: skip
    outline = corners(
        _("Or an outline of its own"), rows=8, drawn_as="outline",
        help_text=_("A corner a line: longitude, then latitude, in WGS 84; or GeoJSON. The map "
                    "writes here too."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=MAX_REASON, required=False)

    def clean_outline(self) -> Any:
        """The shape, in degrees; None where none is drawn."""
        text = self.cleaned_data["outline"].strip()
        return read(self, "outline", drawn.read_outline) if text else None


class RegionFilter(forms.Form):
    """Which regions are listed."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=60)
    level = forms.ChoiceField(
        label=_("Level"), required=False,
        choices=[("", "—"), ("street", _("street")), ("community", _("community"))],
    )  # fmt: skip


class GridsForm(forms.Form):
    """What becomes of the chosen unit grids, from a day on."""

    on = day(_("From"), help_text=_("Today, or a day ahead: then it is a plan until that day."))
    reason = reason()
    line = corners(_("Line that splits the grid"), rows=3, drawn_as="line")
    leaves_city = forms.BooleanField(
        label=_("Its ground leaves the city: no grid takes its place"), required=False
    )

    def clean_line(self) -> list[tuple[float, float]]:
        """Its corners, in degrees."""
        found: list[tuple[float, float]] = read(self, "line", drawn.read_line)
        return found


class MoveForm(forms.Form):
    """Another day for what is planned, and why."""

    on = day(_("From"))
    reason = reason(required=True)


class CancelForm(forms.Form):
    """Why a plan is taken back."""

    reason = reason(required=True)


class OutlineForm(forms.Form):
    """The outline of a region from a day on; code and name only of a new one."""

    code = forms.CharField(
        label=_("Region code"), max_length=12,
        help_text=_("9 digits for a street, 12 for a community; those of its parent first."),
    )  # fmt: skip
    name = forms.CharField(label=_("Name of the region"), max_length=64)
    on = day(_("From"))
    reason = reason()
    outline = corners(
        _("Outline"), rows=8, drawn_as="outline",
        help_text=_("A corner a line: longitude, then latitude, in WGS 84; or GeoJSON. The map "
                    "writes here too."),
    )  # fmt: skip
    make_grids = forms.BooleanField(
        label=_("New ground of a community gets unit grids of its own"), required=False
    )
    leaves_city = forms.BooleanField(
        label=_("Ground that is given up leaves the city"), required=False
    )

    def __init__(self, *args: Any, level: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if level:
            del self.fields["code"], self.fields["name"]
        if level == "street":
            del self.fields["make_grids"]
        if not level:
            del self.fields["leaves_city"]
        self.fields["outline"].required = True

    def clean_outline(self) -> Any:
        """The shape, in degrees."""
        return read(self, "outline", drawn.read_outline)


class RemoveForm(forms.Form):
    """Why a service area is removed."""

    reason = reason(required=True)
