"""Forms of the ground's pages in the back office: shapes only, the operations judge."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cityloop.geo.models import MapSource
from cityloop.geo.operations.map_sources import MAX_ATTRIBUTION, MAX_POSITION, MAX_URL
from cityloop.geo.operations.recording import MAX_NAME, MAX_REASON

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
    outline = forms.CharField(
        label=_("Or an outline of its own (GeoJSON)"), max_length=2_000_000, required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("A polygon or multipolygon in WGS 84, longitude before latitude."),
    )  # fmt: skip
    reason = forms.CharField(label=_("Reason"), max_length=MAX_REASON, required=False)
