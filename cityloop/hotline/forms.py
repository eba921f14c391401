"""The shape of the forms of the hotline."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SeatForm(forms.Form):
    """Where one sits."""

    extension = forms.CharField(label=_("Extension"), max_length=20)


class PlaceForm(forms.Form):
    """The place that the caller names."""

    address = forms.CharField(
        label=_("Place that the caller names"), max_length=100, required=False,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )  # fmt: skip


class OrdersForm(forms.Form):
    """A file of orders."""

    file = forms.FileField(
        label=_("File of orders (CSV, XLSX or JSON)"),
        widget=forms.ClearableFileInput({"accept": ".csv,.xlsx,.xls,.json"}),
    )
