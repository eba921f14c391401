"""The shape of the forms of the register; what is allowed, the operations decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.templatetags.ui import named
from cityloop.people.forms import OrganisationField, day, text
from cityloop.permits import queries
from cityloop.permits.models import Permit, Standing

EMPTY = [("", "—")]


def _kinds() -> list[tuple[str, str]]:
    return [(one.code, named(one)) for one in queries.kinds()]


class FilterForm(forms.Form):
    """What the list may be narrowed by."""

    q = text(_("Number or address"), most=60)
    holder = text(_("Holder"), most=60)
    standing = forms.ChoiceField(
        label=_("State"), required=False, choices=EMPTY + list(Standing.choices)
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind"), required=False, choices=EMPTY + _kinds()
        )
        self.fields["unit"] = OrganisationField(actor, _("Issued or looked after by"))
        if not actor.may(queries.HOLDER):
            del self.fields["holder"]


class PermitForm(forms.Form):
    """A permit; to change one, its issuer stays and a reason is needed."""

    number = text(_("Number"), most=60, required=True)
    holder = text(_("Holder"), most=120, required=True)
    phone = text(_("Telephone"), most=40)
    address = text(_("Address"))
    lon = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    radius_m = forms.IntegerField(
        label=_("Radius in metres"), required=False, min_value=1, max_value=2000
    )
    area = forms.CharField(
        label=_("Area"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 2}),
        help_text=_("POLYGON((longitude latitude, ...)) in WGS 84, in place of a point"),
    )  # fmt: skip
    valid_from = day(_("From the day"), required=True)
    valid_until = day(_("Until and with"), required=True)
    conditions = forms.CharField(
        label=_("Conditions"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3})
    )
    document = text(_("Document"))

    def __init__(self, *args: Any, actor: Actor, row: Permit | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = _initial(row)
        super().__init__(*args, **kwargs)
        kind = forms.ChoiceField(label=_("Kind"), choices=_kinds())
        self.fields["kind"] = kind
        self.fields["supervisor"] = OrganisationField(None, _("Looked after by"))
        if row is None:
            self.fields["issuer"] = OrganisationField(actor, _("Issued by"), required=True)
        else:
            self.fields["reason"] = text(_("Reason"), required=True)
        self.order_fields(["kind", "number", "issuer", "supervisor"])


def _initial(row: Permit | None) -> dict[str, Any]:
    if row is None:
        return {}
    names = ("number", "holder", "phone", "address", "valid_from", "valid_until", "conditions",
             "document", "radius_m")  # fmt: skip
    found = {name: getattr(row, name) for name in names}
    place = {"area": row.ground.wkt} if row.radius_m is None else {
        "lon": round(row.point.x, 6), "lat": round(row.point.y, 6)}  # fmt: skip
    return found | place | {"kind": row.kind.code, "supervisor": row.supervisor_id}


class RevokeForm(forms.Form):
    """From when it allows nothing, and why."""

    on = day(_("From the day"))
    reason = text(_("Reason"), required=True)
