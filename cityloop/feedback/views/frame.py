"""What the pages of feedback share: tabs, tones, pager, forms that call one operation, pictures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from cityloop.feedback.models import Deed, Entry, Kind, State
from cityloop.feedback.queries import SAME
from cityloop.kernel.errors import NotAllowed, NotFound, Problem

SIZE = 50
TABS = (
    # (name of the address, title, icon)
    ("feedback-new", lazy("Say what hinders you"), "message-square-warning"),
    ("feedback", lazy("My feedback"), "message-square-heart"),
    ("feedback-wishes", lazy("Wishes of colleagues"), "lightbulb"),
)
KINDS = {
    # kind: (tone, icon)
    Kind.FAULT: ("orange", "bug"),
    Kind.WISH: ("blue", "lightbulb"),
    Kind.QUESTION: ("teal", "message-circle-question"),
}
STATES: dict[str, tuple[str | Promise, str, str]] = {
    # state: (words, tone, icon)
    State.OPEN: (State.OPEN.label, "yellow", "inbox"),
    State.PLANNED: (State.PLANNED.label, "blue", "calendar-check"),
    State.DONE: (State.DONE.label, "green", "circle-check"),
    State.DECLINED: (State.DECLINED.label, "grey", "circle-slash"),
    SAME: (pgettext_lazy("feedback", "repeated"), "grey", "merge"),
}
DEEDS: dict[str, str] = {
    # deed: icon
    Deed.ANSWER: "reply", Deed.SAME: "merge", Deed.APART: "split", Deed.PUBLISH: "eye",
    Deed.WITHDRAW: "eye-off",
}  # fmt: skip


def tabs(here: str) -> list[tuple[str, Any, str, bool]]:
    """(path, title, icon, here) of the tabs of everybody's pages."""
    return [(reverse(name), title, icon, name == here) for name, title, icon in TABS]


def kind_of(entry: Entry) -> tuple[str, str, str]:
    """(words, tone, icon) of what it is."""
    return (str(entry.get_kind_display()), *KINDS[Kind(entry.kind)])


def state_of(entry: Entry) -> tuple[str | Promise, str, str]:
    """(words, tone, icon) of where it stands, by whatever entry is answered for it."""
    return STATES[entry.head.state]


def post_of(entry: Entry) -> str:
    """The writer's posts alone, of a label as "上城区平台·派遣员 王芳"; '' for none."""
    return entry.post.partition("·")[2].removesuffix(entry.member.name).strip()


def pager(request: HttpRequest, following: str | None) -> dict[str, str]:
    """The links of ui/pager.html: they keep the filters."""
    query = {key: str(one) for key, one in request.GET.items() if key != "after" and one}
    return {
        "next": f"?{urlencode({**query, 'after': following})}" if following else "",
        "first": f"?{urlencode(query)}" if request.GET.get("after") else "",
    }


def take(
    request: HttpRequest,
    form: Any,
    save: Callable[[dict[str, Any]], Entry],
    *,
    done: str | Promise,
    leads_to: Callable[[Entry], str],
    page: Callable[[], HttpResponse],
) -> HttpResponse:
    """Call an operation with a valid form and lead on; else the page with what is wrong.

    What was typed stays in the form; a problem of a field stands at the field.
    """
    status = 422
    if form.is_valid():
        try:
            found = save(form.cleaned_data)
        except (NotAllowed, NotFound):
            raise  # not a matter of what was typed
        except Problem as problem:
            _show(form, problem)
            status = problem.status
        else:
            messages.success(request, str(done))
            return redirect(leads_to(found))
    answer = page()
    answer.status_code = status
    return answer


def _show(form: Any, problem: Problem) -> None:
    """What is wrong, at its field; above the form what is of none."""
    for name, reason in problem.fields.items():
        form.add_error(name if name in form.fields else None, reason)
    if not problem.fields:
        form.add_error(None, list(problem.reasons))
