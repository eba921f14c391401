"""The form of a flow: its fields are made from the parameters themselves (flow.py)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from cityloop.cases.command import GRAVEST, Level
from cityloop.cases.flow import DISTRICT_MAY, Parameters, UnknownParameter, parameters
from cityloop.cases.flow_names import CHANNEL_NAMES, CHOICES, LEVELS, PARAMETERS, Named
from cityloop.cases.flow_shapes import SHAPES

DEFAULTS = Parameters()
ORDER = [name for name in PARAMETERS if name in {field.name for field in fields(Parameters)}]
LEVEL_FIELDS = ("on", "minutes", "upto", "own_units", "platform")


class FlowForm(forms.Form):
    """Every parameter of a flow, or those that a district may have of its own."""

    def __init__(
        self, *args: Any, usual: Parameters = DEFAULTS, area: str = "", **kwargs: Any
    ) -> None:
        """`usual`: what holds where nothing is stored."""
        super().__init__(*args, **kwargs)
        self.usual = usual
        self.names = [name for name in ORDER if not area or name in DISTRICT_MAY]
        for name in self.names:
            if name == "command":
                self.fields.update(_level_fields())
            else:
                self.fields[name] = _field(name)

    def stored(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters as they are stored: what differs from the program's own, and what the
        flow named before. Raises KeyError before the form is valid."""
        given = {**self.cleaned_data, "command": _levels(self.cleaned_data)}
        found = {}
        for name in self.names:
            value = _as_stored(name, given[name])
            if name in before or not self._is_usual(name, value):
                found[name] = value
        return found

    def _is_usual(self, name: str, value: Any) -> bool:
        try:
            return bool(getattr(parameters({name: value}), name) == getattr(self.usual, name))
        except UnknownParameter:
            return False


def starts(flow: Parameters) -> dict[str, Any]:
    """The values of a flow as the form's fields show them."""
    found: dict[str, Any] = {}
    for name in ORDER:
        value = getattr(flow, name)
        if name == "command":
            for one in value:
                found |= {f"{one.level}_{part}": getattr(one, part, True) for part in LEVEL_FIELDS}
        elif name == "auto_from":
            found[name] = "\n".join(f"{code} {sure:g}" for code, sure in value)
        elif name == "roles":
            found[name] = "\n".join(f"{step}: {' '.join(roles)}" for step, roles in value)
        elif name in ("reviewed_channels", "supervision"):
            found[name] = list(value)
        elif isinstance(value, tuple):
            found[name] = " ".join(
                f"{one:g}" if isinstance(one, float) else str(one) for one in value
            )
        else:
            found[name] = value
    return found


def _field(name: str) -> forms.Field:
    known: Named = PARAMETERS[name]
    words: dict[str, Any] = {"label": known.label, "help_text": known.hint}
    value = getattr(DEFAULTS, name)
    if name in ("reviewed_channels", "supervision"):
        choices = list(LEVELS.items()) if name == "supervision" else list(CHANNEL_NAMES.items())
        return forms.MultipleChoiceField(
            required=False, choices=choices, widget=forms.CheckboxSelectMultiple, **words
        )
    if name in ("auto_from", "roles"):
        return forms.CharField(required=False, widget=forms.Textarea({"rows": 3}), **words)
    if name in CHOICES:
        return forms.ChoiceField(choices=list(CHOICES[name].items()), **words)
    if name in SHAPES:
        return forms.CharField(required=False, max_length=1000, **words)
    if isinstance(value, bool):
        return forms.BooleanField(required=False, **words)
    if isinstance(value, float):
        return forms.FloatField(widget=forms.NumberInput({"step": "any"}), **words)
    return forms.IntegerField(required=name != "auto_reply_minutes", **words)


def _level_fields() -> dict[str, forms.Field]:
    """A row of fields for each level that may dispatch."""
    found: dict[str, forms.Field] = {}
    for code in LEVELS:
        found |= {
            f"{code}_on": forms.BooleanField(label=lazy("dispatches"), required=False),
            f"{code}_minutes": forms.IntegerField(
                label=pgettext_lazy("time", "Minutes"), required=False
            ),
            f"{code}_upto": forms.IntegerField(
                label=lazy("Settles up to level"), required=False, min_value=1, max_value=GRAVEST
            ),
            f"{code}_own_units": forms.BooleanField(label=lazy("Own units only"), required=False),
            f"{code}_platform": forms.CharField(
                label=lazy("Code of another body"), required=False, max_length=40
            ),
        }
    return found


def _levels(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    usual = Level("city")
    return [
        {
            "level": code,
            "minutes": given[f"{code}_minutes"] or usual.minutes,
            "upto": given[f"{code}_upto"] or usual.upto,
            "own_units": given[f"{code}_own_units"],
            "platform": given[f"{code}_platform"].strip(),
        }
        for code in LEVELS
        if given[f"{code}_on"]
    ]


def _as_stored(name: str, value: Any) -> Any:
    """What a flow stores for a field's value; what cannot be read stays text, for the checker."""
    if name == "roles":
        pairs = (
            line.replace("：", ":").partition(":") for line in value.splitlines() if line.strip()
        )
        return {step.strip(): _codes(roles) for step, _colon, roles in pairs}
    if name == "auto_from":
        lines = (line.split() for line in value.splitlines() if line.strip())
        return {line[0]: _number(" ".join(line[1:])) for line in lines}
    if name == "escalate_at":
        return [_number(one) for one in _codes(value)]
    if name in SHAPES and isinstance(value, str):
        return _codes(value)
    return value


def _codes(text: str) -> list[str]:
    return re.split(r"[\s,，、]+", text.strip()) if text.strip() else []


def _spoken(one: Any) -> str:
    return f"{one:g}" if isinstance(one, float) else str(one)


def _number(text: str) -> float | int | str:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


class PublishForm(forms.Form):
    """Why a flow is published; `base`: the flow that was in force when the form was opened."""

    reason = forms.CharField(
        label=lazy("Reason"), max_length=200, help_text=lazy("Why, and by which document.")
    )
    base = forms.CharField(widget=forms.HiddenInput, max_length=32, required=False)


def words_of(form: forms.Form) -> list[str]:
    """What the form cannot read, a sentence each."""
    return [
        _("%(name)s: %(why)s") % {"name": form[name].label, "why": why}
        for name, whys in form.errors.items() for why in whys if name in form.fields
    ]  # fmt: skip
