"""The roster of a unit: who is on duty now, shifts, turns, who is away; the week with its gaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cityloop.duty import forms, hours, operations, queries
from cityloop.duty.models import Absence, Shift, Turn
from cityloop.duty.operations.roster import MANAGE
from cityloop.duty.views import frame
from cityloop.kernel import clock, files, office
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound, Problem
from cityloop.people.models import Organisation
from cityloop.people.scope import in_scope


def address_of(unit: Organisation) -> str:
    """The page of a unit's roster."""
    return f"{reverse('duty')}?unit={unit.pk}"


@require_safe
def roster(request: HttpRequest) -> HttpResponse:
    """One unit's roster; those who keep it change it here."""
    actor = frame.reader(request)
    return _page(request, actor, frame.unit_asked(actor, request.GET.get("unit")))


def _page(request: HttpRequest, actor: Actor, unit: Organisation, **given: Any) -> HttpResponse:
    now = clock.now()
    today = timezone.localdate(now)
    facts = {
        "unit": unit, "tabs": frame.tabs("duty"), "today": today,
        "form": forms.UnitForm(initial={"unit": unit.pk}, actor=actor, auto_id="unit-%s"),
        "candidates": queries.candidates(unit.pk, now),
        "shifts": queries.shifts_of(unit.pk),
        "turns": [(one, hours.weekdays_text(one.weekdays))
                  for one in queries.turns_of(unit.pk, since=today)],
        "absences": queries.absences_of([unit.pk], since=today),
    }  # fmt: skip
    if _keeps(actor, unit):
        facts |= {
            "keeps": True, "shift_form": forms.ShiftForm(auto_id="shift-%s"),
            "turn_form": forms.TurnForm(unit=unit, initial={"first_on": today}, auto_id="turn-%s"),
            "absence_form": forms.AbsenceForm(unit=unit, auto_id="away-%s"),
            "import_form": forms.ImportForm(auto_id="import-%s"),
        }  # fmt: skip
    status = 400 if given else 200
    return render(request, "duty/roster.html", {**facts, **given}, status=status)


def _keeps(actor: Actor, unit: Organisation) -> bool:
    scoped = in_scope(actor, organisation_ids=[unit.pk], region_code=unit.region_code)
    return actor.may(MANAGE) and scoped


def _change(
    request: HttpRequest,
    name: str,
    make: Callable[[Organisation], django_forms.Form],
    save: Callable[[Actor, Organisation, dict[str, Any]], Any],
) -> HttpResponse:
    """A form of the roster page; what was typed stays when something is wrong."""
    actor = frame.reader(request)
    actor.require(MANAGE)
    unit = frame.unit_asked(actor, request.GET.get("unit"))
    form = make(unit)
    done = office.act(
        request, form, lambda facts: save(actor, unit, facts), done=_("It is recorded."),
        to=address_of(unit),
    )  # fmt: skip
    return done or _page(request, actor, unit, **{name: form})


@require_POST
def add_shift(request: HttpRequest) -> HttpResponse:
    """A shift for the unit."""
    return _change(
        request, "shift_form", lambda unit: forms.ShiftForm(request.POST, auto_id="shift-%s"),
        lambda actor, unit, facts: operations.set_shift(
            unit=unit, actor=actor, now=clock.now(), **facts),
    )  # fmt: skip


@require_POST
def add_turn(request: HttpRequest) -> HttpResponse:
    """Somebody on duty."""

    def save(actor: Actor, unit: Organisation, facts: dict[str, Any]) -> Any:
        shift = facts.pop("shift")
        new = operations.NewTurn(**facts)
        return operations.put_on_duty(shift_id=shift.pk, new=new, actor=actor, now=clock.now())

    return _change(
        request, "turn_form",
        lambda unit: forms.TurnForm(request.POST, unit=unit, auto_id="turn-%s"), save,
    )  # fmt: skip


@require_POST
def add_absence(request: HttpRequest) -> HttpResponse:
    """Somebody is away."""
    return _change(
        request, "absence_form",
        lambda unit: forms.AbsenceForm(request.POST, unit=unit, auto_id="away-%s"),
        lambda actor, unit, facts: operations.note_absence(actor=actor, now=clock.now(), **facts),
    )  # fmt: skip


@require_POST
def end_shift(request: HttpRequest, shift_id: int) -> HttpResponse:
    """A shift with its turns is taken off."""
    return _end(request, Shift.objects.filter(pk=shift_id), "organisation_id",
                lambda actor, pk: operations.end_shift_of_roster(
                    shift_id=pk, actor=actor, now=clock.now()))  # fmt: skip


@require_POST
def end_turn(request: HttpRequest, turn_id: int) -> HttpResponse:
    """Somebody is taken off."""
    return _end(request, Turn.objects.filter(pk=turn_id), "shift__organisation_id",
                lambda actor, pk: operations.end_turn(
                    turn_id=pk, actor=actor, now=clock.now()))  # fmt: skip


@require_POST
def end_absence(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Somebody is back."""
    return _end(request, Absence.objects.filter(pk=absence_id), "member__organisation_id",
                lambda actor, pk: operations.end_absence(
                    absence_id=pk, actor=actor, now=clock.now()))  # fmt: skip


def _end(
    request: HttpRequest, rows: Any, unit: str, end: Callable[[Actor, int], Any]
) -> HttpResponse:
    actor = frame.reader(request)
    actor.require(MANAGE)
    found = rows.values_list("pk", unit).first()
    if found is None:
        raise NotFound
    try:
        end(actor, found[0])
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        messages.error(request, str(problem))
    else:
        messages.success(request, _("It is recorded."))
    return redirect(f"{reverse('duty')}?unit={found[1]}")


@require_POST
def import_roster(request: HttpRequest) -> HttpResponse:
    """A table: all rows, or none and the reason for each bad one."""
    actor = frame.reader(request)
    actor.require(MANAGE)
    unit = frame.unit_asked(actor, request.GET.get("unit"))
    form = forms.ImportForm(request.POST, request.FILES, auto_id="import-%s")
    if not form.is_valid():
        return _page(request, actor, unit, import_form=form)
    with files.laid_down(form.cleaned_data["file"].chunks(), "roster.csv") as path:
        try:
            report = operations.import_roster(path, actor=actor, now=clock.now())
        except Problem as problem:
            form.add_error("file", str(problem))
            return _page(request, actor, unit, import_form=form)
    if report.rejected:
        return _page(request, actor, unit, import_form=form, report=report)
    told = ngettext(
        "%(n)s row is new, %(m)s stood already.",
        "%(n)s rows are new, %(m)s stood already.",
        report.imported,
    )
    messages.success(request, told % {"n": report.imported, "m": report.joined})
    return redirect(address_of(unit))


@require_safe
def coverage(request: HttpRequest) -> HttpResponse:
    """Hour by hour of a week: who is on duty beside the reports; the gaps by name (C34)."""
    actor, now = frame.reader(request), clock.now()
    unit = frame.unit_asked(actor, request.GET.get("unit"))
    form = forms.WeekForm(request.GET or None, actor=actor)
    chosen = form.cleaned_data.get("week") if form.is_bound and form.is_valid() else None
    monday = hours.monday_of(chosen or timezone.localdate(now))
    week = queries.coverage(actor, unit, monday=monday, now=now)
    names = [WEEKDAYS[n] for n in range(7)]
    facts = {
        "unit": unit, "week": week, "form": form, "tabs": frame.tabs("duty-coverage"),
        "days": [(name, week.hours[24 * n : 24 * n + 24]) for n, name in enumerate(names)],
        "clock": range(24), "weeks": queries.REPORT_WEEKS,
        "gaps": [(gap, *_span(gap, names)) for gap in week.gaps],
    }  # fmt: skip
    return render(request, "duty/coverage.html", facts)


def _span(gap: queries.Gap, names: list[Any]) -> tuple[str, str]:
    """As (Monday 22:00, Tuesday 06:00)."""
    last_day, last_hour = divmod(gap.last, 24)
    if last_hour == 0:  # the end of a day is its 24:00
        last_day, last_hour = last_day - 1, 24
    first_day, first_hour = divmod(gap.first, 24)
    return f"{names[first_day]} {first_hour:02}:00", f"{names[last_day]} {last_hour:02}:00"
