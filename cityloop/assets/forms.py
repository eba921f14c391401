"""The shape of the register's forms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cityloop.assets.models import Stage, State
from cityloop.kernel.actor import Actor
from cityloop.people.forms import OrganisationField

EMPTY = [("", "—")]


class FilterForm(forms.Form):
    """What the list may be narrowed by."""

    q = forms.CharField(label=_("Code, class or remark"), required=False, max_length=60)
    class_id = forms.IntegerField(
        label=_("Class"), required=False, min_value=1, widget=forms.HiddenInput
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=EMPTY + list(State.choices))
    area = forms.RegexField(
        r"^\d{0,15}$", label=_("Region or grid code"), required=False, max_length=15
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = OrganisationField(actor, _("Owner"))


class StateForm(forms.Form):
    """A new state and why."""

    state = forms.ChoiceField(label=_("State"), choices=State.choices)
    reason = forms.CharField(label=_("Reason"), max_length=200)


class OwnerForm(forms.Form):
    """A hand-over and why; units left empty stay."""

    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["competent"] = OrganisationField(actor, _("Competent unit"))
        self.fields["owner"] = OrganisationField(actor, _("Owner"))
        self.fields["maintainer"] = OrganisationField(actor, _("Maintainer"))
        self.order_fields(["competent", "owner", "maintainer", "reason"])


class HandOverForm(forms.Form):
    """A dated hand-over with its paper."""

    stage = forms.ChoiceField(label=_("As"), choices=Stage.choices, initial=Stage.MAINTAINER)
    on = forms.DateField(
        label=_("From the day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )
    source_document = forms.CharField(label=_("Document"), max_length=200)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "hand-over-%s", **kwargs})
        self.fields["organisation"] = OrganisationField(
            actor, _("Who answers for it"), required=True
        )
        self.order_fields(["organisation"])
