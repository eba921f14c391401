"""Pages of the back office: the channels by which reports come."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from cityloop.intake import channels, operations, queries
from cityloop.intake.channels import BOUNDS, OFF, SETTABLE, UNAMBIGUOUS, Channel
from cityloop.intake.models import ChannelSetting
from cityloop.intake.operations.settings import PERMISSION
from cityloop.kernel import clock
from cityloop.kernel.errors import NotFound
from cityloop.kernel.office import Cell, Column, Table, act, form_page, list_page
from cityloop.kernel.page import actor_with
from cityloop.people.scope import sees_all

TAB = "office-channels"
LABELS = {
    "enabled": lazy("Takes reports"),
    "verify": lazy("Seen on site before it is filed"),
    "photo_expected": lazy("A photo is expected"),
    "metres": lazy("Same problem within so many metres"),
    "hours": lazy("Same problem within so many hours"),
    "auto_file": lazy("Filed without a person"),
    "priority": lazy("Priority (1 is first)"),
    "retention_days": lazy("Days for which name and telephone are kept"),
}
AUTO = {OFF: lazy("never"), UNAMBIGUOUS: lazy("where everything is unambiguous")}


class ChannelForm(forms.Form):
    """What a city may set of a channel, each with the value that it has by itself."""

    def __init__(self, *args: Any, base: Channel, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kind in SETTABLE.items():
            given = getattr(base, name)
            if kind is bool:
                made: forms.Field = forms.BooleanField(required=False)
            elif kind is int:
                low, high = BOUNDS[name]
                made = forms.IntegerField(min_value=low, max_value=high)
            else:
                made = forms.ChoiceField(choices=list(AUTO.items()))
            made.label = str(LABELS[name])
            made.help_text = _("by itself: %(value)s") % {"value": _said(name, given)}
            self.fields[name] = made
        self.fields["reason"] = forms.CharField(
            label=_("Reason"), max_length=200, help_text=_("Why, and by which document.")
        )


@require_safe
def office_channels(request: HttpRequest) -> HttpResponse:
    """Every channel as it holds."""
    actor = actor_with(request, PERMISSION)
    columns = [
        Column(_("Channel"), "card-title"), Column(_("State"), "narrow"),
        Column(_("On site first")), Column(_("Photo")), Column(_("Same problem within"), "narrow"),
        Column(_("Filed without a person")), Column(_("Priority"), "narrow num"),
        Column(_("Name kept"), "narrow num"), Column(_("Set by the city"), "narrow"),
    ]  # fmt: skip
    may = sees_all(actor)
    rows = [_row(one, setting, may=may) for one, setting in queries.channels_set()]
    return list_page(
        request, TAB, title=_("Report channels"),
        table=Table(_("Report channels"), columns, rows),
        note=_("By which ways reports come, and what follows from that. Reports that are here "
               "already keep what they were received under."),
    )  # fmt: skip


def _row(one: Channel, setting: ChannelSetting | None, *, may: bool) -> list[Cell]:
    tone, word = ("green", _("in use")) if one.enabled else ("grey", _("not in use"))
    days = ngettext("%(n)d day", "%(n)d days", one.retention_days) % {"n": one.retention_days}
    return [
        Cell(one.label, reverse("office-channel", args=[one.code]) if may else "", sub=one.code),
        Cell(word, tone=tone, icon="circle-check" if one.enabled else "circle-off"),
        Cell(_said("verify", one.verify)),
        Cell(_said("photo_expected", one.photo_expected)),
        Cell(_("%(metres)d m, %(hours)d h") % {"metres": one.metres, "hours": one.hours}),
        Cell(AUTO[one.auto_file]),
        Cell(str(one.priority)),
        Cell(days),
        Cell(clock.local_day(setting.set_at).isoformat() if setting else "–"),
    ]


@require_http_methods(["GET", "POST"])
def office_channel(request: HttpRequest, code: str) -> HttpResponse:
    """One channel: set it, and see what was set before."""
    actor = actor_with(request, PERMISSION)
    found = next((one for one, _set in queries.channels_set() if one.code == code), None)
    if found is None:
        raise NotFound(_("there is no channel %(code)s") % {"code": code[:40]})
    base = channels.BY_CODE[code]
    start = {name: getattr(found, name) for name in SETTABLE}
    form = ChannelForm(request.POST or None, initial=start, base=base)

    def save(facts: dict[str, Any]) -> Channel:
        reason = facts.pop("reason")
        changes = {name: one for name, one in facts.items() if one != getattr(base, name)}
        return operations.set_channel(code, changes, reason=reason, actor=actor, now=clock.now())

    done = _("It is set; reports that come from now on follow it.")
    answer = act(request, form, save, done=done, to=reverse(TAB))
    return answer or form_page(
        request, TAB, title=str(found.label), form=form, back=reverse(TAB), told=_told(code)
    )


def _told(code: str) -> list[tuple[Any, str, list[str], str]]:
    """What was set of the channel when, by whom and why."""
    return [
        (row.set_at, row.set_by, _differences(before, after), row.reason)
        for row, before, after in queries.channel_settings(code)
    ]


def _differences(before: Channel, after: Channel) -> list[str]:
    found = []
    for name, label in LABELS.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found.append(f"{label}: {_said(name, old)} → {_said(name, new)}")
    return found


def _said(name: str, value: Any) -> str:
    """A value of a channel in words."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(AUTO[value]) if name == "auto_file" else str(value)


urlpatterns = [
    path("office/channels/", office_channels, name="office-channels"),
    path("office/channels/<str:code>/", office_channel, name="office-channel"),
]
