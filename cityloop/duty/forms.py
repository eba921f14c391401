"""The shape of the forms of duty; what is allowed, the operations decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cityloop.duty import hours, piles, queries
from cityloop.duty.models import AbsenceKind, Shift
from cityloop.geo.coordinates import SYSTEMS
from cityloop.kernel.actor import Actor
from cityloop.people.forms import OrganisationField, day, text
from cityloop.people.models import Member, Organisation


def clock(label: Any, *, required: bool = True) -> forms.TimeField:
    """An hour and minute."""
    box = forms.TimeInput({"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, widget=box, required=required)


def words(label: Any, *, help_text: Any = "") -> forms.CharField:
    """Some sentences."""
    box = forms.Textarea({"rows": 2})
    return forms.CharField(
        label=label, required=False, max_length=2000, widget=box, help_text=help_text
    )


class MemberField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for mypy only
    """Somebody who belongs to a unit, or holds a post there."""

    def __init__(self, unit: Organisation, label: Any, *, required: bool = True) -> None:
        below = f"/{unit.pk}/"
        rows = Member.objects.filter(active=True).filter(
            Q(organisation__path__contains=below)
            | Q(holdings__post__organisation__path__contains=below)
        )
        rows = rows.select_related("organisation").distinct().order_by("name", "pk")
        super().__init__(rows, label=label, required=required, empty_label="—")


class WeekdaysField(forms.CharField):
    """Weekdays as "1-5" or "6,7"."""

    def to_python(self, value: Any) -> Any:
        """The weekdays as numbers; empty where they cannot be read."""
        given = super().to_python(value)
        try:
            return hours.weekdays_in(str(given))
        except ValueError as error:
            raise forms.ValidationError(_("weekdays as 1-5 or 6,7; 1 is Monday")) from error

    def validate(self, value: Any) -> None:
        """What was read is good."""


class UnitForm(forms.Form):
    """Whose roster is shown."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"] = OrganisationField(actor, _("Unit"))


class WeekForm(UnitForm):
    """Whose week, and which."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self.fields["week"] = day(_("A day of the week"))


class ShiftForm(forms.Form):
    """A shift of a unit."""

    name = text(_("Name of the shift"), most=40, required=True)
    post = text(_("Post"), most=60)
    starts = clock(_("Starts at"))
    ends = clock(_("Ends at"))
    special = forms.BooleanField(label=_("Holds in protection periods only"), required=False)


class TurnForm(forms.Form):
    """Somebody on duty in a shift."""

    def __init__(self, *args: Any, unit: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shifts = Shift.objects.filter(organisation=unit, ended_at=None)
        self.fields["shift"] = forms.ModelChoiceField(
            shifts.order_by("special", "starts", "pk"), label=_("Shift"), empty_label="—"
        )
        self.fields["member"] = MemberField(unit, pgettext_lazy("duty", "Person"))
        self.fields["weekdays"] = WeekdaysField(
            label=_("Weekdays"),
            max_length=20,
            initial="1-7",
            help_text=_("1-5, or 6,7; 1 is Monday"),
        )
        self.fields["rank"] = forms.IntegerField(
            label=_("Order of the call"), min_value=1, max_value=9, initial=1
        )
        self.fields["first_on"] = day(_("First day"), required=True)
        self.fields["last_on"] = day(_("Last day"))


class AbsenceForm(forms.Form):
    """Somebody is away."""

    def __init__(self, *args: Any, unit: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"] = MemberField(unit, pgettext_lazy("duty", "Person"))
        self.fields["kind"] = forms.ChoiceField(label=_("Why"), choices=AbsenceKind.choices)
        self.fields["first_on"] = day(_("First day"), required=True)
        self.fields["last_on"] = day(_("Last day"), required=True)
        self.fields["deputy"] = MemberField(unit, _("Stands in"), required=False)


class ImportForm(forms.Form):
    """A roster as a table."""

    file = forms.FileField(
        label=_("Table (CSV)"),
        help_text=_(
            "Columns: unit_code, shift, starts, ends, username, weekdays, first_on; where known "
            "last_on, post, rank, special."
        ),
        widget=forms.ClearableFileInput({"accept": ".csv,text/csv"}),
    )


class ReachedForm(forms.Form):
    """How and when somebody of an emergency team is reached."""

    phone = text(_("Telephone"), most=40, help_text=_("Left empty: the one of the account."))
    starts = clock(_("Reached from"), required=False)
    ends = clock(_("Reached until"), required=False)


class TeamForm(ReachedForm):
    """Somebody for the emergency team, by the name of their account."""

    member = text(_("Account"), most=150, required=True, help_text=_("The name to sign in with."))
    field_order = ("member", "phone", "starts", "ends")

    def clean_member(self) -> Member:
        """The account of this name that is in use."""
        found = Member.objects.filter(username=self.cleaned_data["member"], active=True).first()
        if found is None:
            raise forms.ValidationError(_("there is no such account"))
        return found


class CameraForm(forms.Form):
    """A camera to watch."""

    code = text(_("Camera code"), most=40, required=True)
    name = text(_("Camera name"), most=80, required=True)
    lon = forms.FloatField(label=_("Longitude"), min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90)
    system = forms.ChoiceField(
        label=_("Coordinate system"), choices=[(one, one.upper()) for one in SYSTEMS],
        initial="wgs84",
    )  # fmt: skip


class CamerasForm(forms.Form):
    """Cameras as a table."""

    file = forms.FileField(
        label=_("Table (CSV)"),
        help_text=_("Columns: code, name, lon, lat in degrees; where it is not WGS 84, system."),
        widget=forms.ClearableFileInput({"accept": ".csv,text/csv"}),
    )


class EndShiftForm(forms.Form):
    """The end of a shift: a remark on the whole, and on the piles that hold something."""

    def __init__(self, *args: Any, found: list[queries.Pile], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shift"] = text(_("Shift that ends"), most=60, required=True)
        self.fields["remark"] = words(_("Remark on the shift"))
        for pile in found:
            if pile.cases:
                self.fields[f"pile_{pile.key}"] = words(f"{pile.label} ({pile.cases})")

    def remarks(self) -> dict[str, str]:
        """The remarks by pile."""
        given = {key: self.cleaned_data.get(f"pile_{key}", "") for key in piles.BY_KEY}
        return {key: said for key, said in given.items() if said}


class AcceptForm(forms.Form):
    """The coming person's answer."""

    answer = words(_("Answer"))


class SuccessorForm(forms.Form):
    """Who takes over when a secondment ends."""

    def __init__(self, *args: Any, unit: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"] = MemberField(unit, _("Successor"))


class EndSecondmentForm(forms.Form):
    """A secondment that ends today."""

    def __init__(self, *args: Any, unit: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"] = MemberField(
            unit, _("Successor; empty: back to the desks"), required=False
        )
        self.fields["reason"] = text(_("Reason"), required=True)
