"""The shape of coordination's forms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cityloop.cases.models import DisputeLevel
from cityloop.coordination.models import MeetingKind, ResultKind
from cityloop.geo import queries as geo
from cityloop.kernel.actor import Actor
from cityloop.people import queries as people
from cityloop.people.forms import OrganisationField
from cityloop.people.models import Organisation

PAPERS = "image/jpeg,image/png,image/webp,application/pdf"
STATES = (
    ("", _("All")),
    ("open", pgettext_lazy("dispute", "open")),
    ("fixed", pgettext_lazy("dispute", "open, problem gone")),
    ("closed", pgettext_lazy("dispute", "decided")),
)
REACHES = (
    ("", _("This case only")),
    ("street", _("All such cases of the street")),
    ("district", _("All such cases of the district")),
    ("city", _("All such cases of the city")),
)


def long_text(label: Any) -> forms.CharField:
    """A box for several sentences."""
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea({"rows": 3}))


def moment() -> forms.DateTimeInput:
    """A day and a time of the browser's own picker."""
    return forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def offer_areas(form: forms.Form, actor: Actor) -> None:
    """The districts and streets of the actor, in the form's field for the area."""
    area = form.fields["region_code"]
    assert isinstance(area, forms.ChoiceField)  # noqa: S101 (declared by the form)
    found = geo.regions_of(actor, levels=("district", "street"))
    area.choices = [("", _("My whole area")), *((one.code, one.name) for one in found)]


def every_unit() -> QuerySet[Organisation]:
    """The organisations of today, whoever asks."""
    return people.organisation_tree(Actor.system()).filter(active=True).defer("search")


def paper() -> forms.FileField:
    """A photo, a map or a signed paper beside the words."""
    return forms.FileField(
        label=_("File"), required=False, widget=forms.FileInput({"accept": PAPERS})
    )


class OwnForm(forms.Form):
    """A form whose ids are its own: several stand on one page."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{type(self).__name__}-%s", **given})


class DisputeFilter(OwnForm):
    """What the list of disputes may be narrowed by."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    level = forms.ChoiceField(
        label=_("Level"), required=False, choices=[("", _("All")), *DisputeLevel.choices]
    )
    unit = OrganisationField(None, _("Unit"))
    case = forms.CharField(label=_("Case"), required=False, max_length=24)


class SiteMeetingForm(OwnForm):
    """A meeting at the place."""

    held_at = forms.DateTimeField(label=_("Held at"), widget=moment())
    place = forms.CharField(label=_("Place"), max_length=200)
    present = forms.CharField(label=_("Present"), max_length=400)
    minutes = long_text(_("Minutes"))
    file = paper()


class RaiseForm(OwnForm):
    """Why the next level must decide; `level` is the one that its reader saw."""

    level = forms.CharField(widget=forms.HiddenInput)
    reason = long_text(_("Explanation"))


class DecisionForm(OwnForm):
    """Whose duty it is, why, and how far it becomes a rule; `without`: ids of units not offered."""

    unit = OrganisationField(None, _("Whose duty it is"), required=True)
    reason = long_text(_("Decision"))
    assists = forms.ModelMultipleChoiceField(
        Organisation.objects.none(), label=_("Assisting units"), required=False,
        widget=forms.SelectMultiple({"size": 4}),
        help_text=_("Left empty: as a rule those that assisted until now."),
    )  # fmt: skip
    subtask = forms.CharField(label=_("Sub-task"), required=False, max_length=2000)
    reach = forms.ChoiceField(label=_("Holds for"), required=False, choices=REACHES)
    document = forms.CharField(
        label=_("Document"), max_length=200, help_text=_("Number of the minutes or order."),
    )  # fmt: skip
    valid_from = forms.DateField(
        label=_("Valid from"), required=False, widget=forms.DateInput({"type": "date"})
    )
    file = paper()

    def __init__(self, *args: Any, without: Collection[int] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit, assists = self.fields["unit"], self.fields["assists"]
        assert isinstance(unit, OrganisationField)  # noqa: S101 (declared above)
        assert isinstance(assists, forms.ModelMultipleChoiceField)  # noqa: S101 (declared above)
        unit.queryset = assists.queryset = every_unit().exclude(pk__in=without)


class MeetingForm(OwnForm):
    """The invitation to a joint meeting."""

    kind = forms.ChoiceField(label=_("Kind"), choices=MeetingKind.choices)
    title = forms.CharField(label=_("Title"), max_length=200)
    planned_at = forms.DateTimeField(label=_("Planned for"), widget=moment())
    place = forms.CharField(label=_("Place"), max_length=200)
    region_code = forms.ChoiceField(label=_("Area"), required=False)

    def __init__(self, data: Any = None, *, actor: Actor) -> None:
        super().__init__(data)
        offer_areas(self, actor)


class AgendaForm(OwnForm):
    """One more point of the agenda."""

    title = forms.CharField(label=_("Point"), max_length=200)


class MinutesForm(OwnForm):
    """What was said, and by whom."""

    held_at = forms.DateTimeField(label=_("Held at"), widget=moment())
    present = forms.CharField(label=_("Present"), max_length=400)
    minutes = long_text(_("Minutes"))
    file = paper()


class TaskForm(OwnForm):
    """A decision that a unit carries out."""

    unit = OrganisationField(None, _("Unit"), required=True)
    what = long_text(_("What is to be done"))
    due_on = forms.DateField(label=_("Deadline"), widget=forms.DateInput({"type": "date"}))


class ResultForm(OwnForm):
    """What the unit did."""

    result = long_text(_("What was done"))


class MatterForm(OwnForm):
    """A key matter."""

    title = forms.CharField(label=_("Title"), max_length=200)
    description = long_text(_("What it is about"))
    owner = OrganisationField(None, _("Who answers for it"), required=True)
    due_on = forms.DateField(label=_("Deadline"), widget=forms.DateInput({"type": "date"}))
    region_code = forms.ChoiceField(label=_("Area"), required=False)

    def __init__(self, data: Any = None, *, actor: Actor) -> None:
        super().__init__(data)
        offer_areas(self, actor)


class MatterCaseForm(OwnForm):
    """A case that joins a matter."""

    number = forms.CharField(label=_("Number of the case"), max_length=24)


class TakenOutForm(OwnForm):
    """A case that joined by mistake."""

    number = forms.CharField(label=_("Number of the case"), max_length=24)
    reason = forms.CharField(label=_("Explanation"), max_length=200)


class MilestoneForm(OwnForm):
    """A step of the project."""

    title = forms.CharField(label=_("Milestone"), max_length=200)
    due_on = forms.DateField(label=_("Deadline"), widget=forms.DateInput({"type": "date"}))


class ReachedForm(OwnForm):
    """A step is reached."""

    note = forms.CharField(label=_("Remark"), max_length=2000)


class MatterEndForm(OwnForm):
    """What came of it."""

    result = long_text(_("Result"))


class OperationForm(OwnForm):
    """The plan of a joint operation."""

    title = forms.CharField(label=_("Title"), max_length=200)
    lead = OrganisationField(None, _("Lead unit"), required=True)
    begins_on = forms.DateField(label=_("First day"), widget=forms.DateInput({"type": "date"}))
    ends_on = forms.DateField(label=_("Last day"), widget=forms.DateInput({"type": "date"}))
    region_code = forms.ChoiceField(label=_("Area"), required=False)
    units = forms.ModelMultipleChoiceField(
        Organisation.objects.none(), label=_("Units that take part"),
        widget=forms.SelectMultiple({"size": 8}),
    )  # fmt: skip
    plan = long_text(_("Plan"))

    def __init__(self, data: Any = None, *, actor: Actor) -> None:
        super().__init__(data)
        offer_areas(self, actor)
        units = self.fields["units"]
        assert isinstance(units, forms.ModelMultipleChoiceField)  # noqa: S101 (declared above)
        units.queryset = every_unit()


class OperationResultForm(OwnForm):
    """What one unit counted."""

    unit = forms.ModelChoiceField(Organisation.objects.none(), label=_("Unit"), empty_label=None)
    kind = forms.ChoiceField(label=_("What was counted"), choices=ResultKind.choices)
    number = forms.IntegerField(
        label=pgettext_lazy("operation", "Number"),
        help_text=_("Below zero: a correction, with a remark that says why."),
    )
    note = forms.CharField(label=_("Remark"), required=False, max_length=300)

    def __init__(self, data: Any = None, *, units: Sequence[Organisation]) -> None:
        super().__init__(data)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (declared above)
        known = [one.pk for one in units]
        field.queryset = Organisation.objects.filter(pk__in=known).defer("search")


class OperationReportForm(OwnForm):
    """How it went."""

    report = long_text(pgettext_lazy("operation", "Report"))


class CallOffForm(OwnForm):
    """Why it is given up."""

    reason = long_text(_("Explanation"))
