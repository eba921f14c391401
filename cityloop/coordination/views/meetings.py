"""Joint meetings: the list, the call, one meeting with agenda, minutes and what it decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.coordination import forms, operations, queries
from cityloop.coordination.models import MeetingTask
from cityloop.coordination.operations import Call, Minutes
from cityloop.coordination.views.frame import Words, handed_out, reader, stored, tabs
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.office import act, pager

TAB, SIZE = "meetings", 50
MANAGE = "coordination.manage"


@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """Meetings of the actor's area, latest first."""
    actor = reader(request)
    shown = paging.page(
        queries.meetings(actor), order=("-planned_at", "-id"),
        cursor=request.GET.get("after"), size=SIZE,
    )  # fmt: skip
    facts = {
        "tabs": tabs(TAB), "rows": shown.items, "may_call": actor.may(MANAGE),
        **pager(request, shown.next),
    }  # fmt: skip
    return render(request, "coordination/meetings.html", facts)


@require_http_methods(["GET", "POST"])
def call(request: HttpRequest) -> HttpResponse:
    """Call a meeting; its agenda fills itself."""
    actor, now = reader(request), clock.now()
    actor.require(MANAGE)
    form = forms.MeetingForm(request.POST if request.method == "POST" else None, actor=actor)
    answer = act(
        request, form, lambda facts: operations.call_meeting(Call(**facts), actor=actor, now=now),
        done=_("The meeting is called; its agenda is filled."),
        to=lambda row: reverse("meeting", args=[row.pk]),
    )  # fmt: skip
    facts = {"tabs": tabs(TAB), "form": form, "least": queries.LEAST_CASES}
    status = 400 if form.errors else 200
    return answer or render(request, "coordination/meeting_call.html", facts, status=status)


@require_safe
def meeting(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """One meeting."""
    return _page(request, reader(request), meeting_id)


def _page(
    request: HttpRequest, actor: Actor, meeting_id: int, *, status: int = 200, **given: Any
) -> HttpResponse:
    row, now = queries.meeting_seen(actor, meeting_id), clock.now()
    facts: dict[str, Any] = {
        "tabs": tabs(TAB), "meeting": row, "today": timezone.localdate(now),
        "tasks": [(one, _result_form(actor, one, given)) for one in row.tasks.all()],
    }  # fmt: skip
    if actor.may(MANAGE) and row.held_at is None:
        facts |= {"agenda_form": forms.AgendaForm(), "minutes_form": forms.MinutesForm()}
    elif actor.may(MANAGE):
        facts["task_form"] = forms.TaskForm()
    return render(request, "coordination/meeting.html", {**facts, **given}, status=status)


def _result_form(actor: Actor, task: MeetingTask, given: dict[str, Any]) -> forms.ResultForm | None:
    """The form of an open task of the actor's unit, as it was refused where it was."""
    if task.done_at is not None or task.organisation_id not in actor.own_units:
        return None
    refused: forms.ResultForm | None = given.get("refused", {}).get(task.pk)
    return refused or forms.ResultForm(auto_id=f"task-{task.pk}-%s")


def _change(
    request: HttpRequest,
    meeting_id: int,
    name: str,
    form: django_forms.Form,
    save: Callable[[Actor, dict[str, Any]], Any],
    *,
    done: Words,
) -> HttpResponse:
    actor = reader(request)
    actor.require(MANAGE)
    queries.meeting_seen(actor, meeting_id)
    answer = act(
        request, form, lambda facts: save(actor, facts), done=done,
        to=lambda result: reverse("meeting", args=[meeting_id]),
    )  # fmt: skip
    return answer or _page(request, actor, meeting_id, status=400, **{name: form})


@require_POST
def agenda(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """One more point."""

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        return operations.add_agenda_item(meeting_id=meeting_id, actor=actor, **facts)

    form = forms.AgendaForm(request.POST)
    return _change(
        request, meeting_id, "agenda_form", form, save, done=_("The point is on the agenda.")
    )


@require_POST
def minutes(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """The meeting was held."""
    now = clock.now()

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        facts["file"] = stored(facts["file"], now=now)
        return operations.record_minutes(
            meeting_id=meeting_id, minutes=Minutes(**facts), actor=actor, now=now
        )

    form = forms.MinutesForm(request.POST, request.FILES)
    return _change(request, meeting_id, "minutes_form", form, save, done=_("The minutes are kept."))


@require_POST
def task(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """A decision as a task."""
    now = clock.now()

    def save(actor: Actor, facts: dict[str, Any]) -> Any:
        return operations.give_task(meeting_id=meeting_id, actor=actor, now=now, **facts)

    form = forms.TaskForm(request.POST)
    return _change(request, meeting_id, "task_form", form, save, done=_("The task is given."))


@require_POST
def task_done(request: HttpRequest, meeting_id: int, task_id: int) -> HttpResponse:
    """The unit did it."""
    actor = reader(request)
    form = forms.ResultForm(request.POST, auto_id=f"task-{task_id}-%s")
    row = queries.meeting_seen(actor, meeting_id)
    if task_id not in {one.pk for one in row.tasks.all()}:
        raise NotFound(_("there is no such task, or you may not see it"))
    queries.own_task(actor, task_id)

    def save(facts: dict[str, Any]) -> Any:
        return operations.finish_task(task_id=task_id, actor=actor, now=clock.now(), **facts)

    answer = act(
        request, form, save, done=_("The task is done."),
        to=lambda result: reverse("meeting", args=[meeting_id]),
    )  # fmt: skip
    return answer or _page(request, actor, meeting_id, status=400, refused={task_id: form})


@require_safe
def paper(request: HttpRequest, meeting_id: int) -> HttpResponseBase:
    """The signed minutes."""
    row = queries.meeting_seen(reader(request), meeting_id)
    if row.file is None:
        raise NotFound(_("there is no such file"))
    return handed_out(row.file)
