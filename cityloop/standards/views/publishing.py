"""Back office: a draft is published for good, or withdrawn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem, Stale
from cityloop.kernel.office import object_to
from cityloop.standards import forms, operations, queries, wording
from cityloop.standards.models import Edition
from cityloop.standards.operations import Backdated
from cityloop.standards.views import frame


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """What publishing a draft ends, changes and leaves; then the step itself."""
    actor, row, day = frame.keeper(request), queries.edition(code), frame.today()
    if row.is_published:
        return _as_it_is(request, row)
    seen = queries.outlook(row, on=day)
    form = forms.PublishForm(
        request.POST if request.method == "POST" else None,
        past=seen.filed > 0,
        initial={"stamp": queries.stamp()},
    )
    if request.method == "POST" and form.is_valid():
        done = queries.what_follows(row, on=day, done=True)
        try:
            _publish(row, form.cleaned_data, actor)
        except Problem as problem:
            form = _asked_again(problem, past=seen.filed > 0 or isinstance(problem, Backdated))
        else:
            _tell(request, code, done)
            return redirect("office-edition", code=code)
    found = queries.diff_to_predecessor(code)
    facts = {
        "row": row, "outlook": seen, "form": form, "difference": found,
        "words": wording.in_words(found),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return frame.page(request, "standards/office_publish.html", facts, status=status)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Take a draft away that nobody published, with a reason."""
    actor, row = frame.keeper(request), queries.edition(code)
    if row.is_published:
        return _as_it_is(request, row)
    form = forms.WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.withdraw_draft(code, actor=actor, now=clock.now(), **form.cleaned_data)
        except Problem as problem:
            object_to(form, problem)
        else:
            messages.success(request, _("The draft %(code)s is withdrawn.") % {"code": code})
            return redirect(frame.TAB)
    facts = {"row": row, "form": form}
    status = 422 if form.errors else 200
    return frame.page(request, "standards/office_withdraw.html", facts, status=status)


def _publish(row: Edition, facts: dict[str, Any], actor: Actor) -> None:
    if facts["stamp"] != queries.stamp():
        raise Stale(_("editions changed since: look at what follows again"))
    operations.publish_edition(row.code, actor=actor, now=clock.now(), backdated=facts["backdated"])


def _asked_again(problem: Problem, *, past: bool) -> forms.PublishForm:
    """The form with the present state, so that what is shown now can be agreed to."""
    form = forms.PublishForm({"stamp": queries.stamp()}, past=past)
    form.is_valid()
    if isinstance(problem, Backdated):
        form.add_error("backdated", problem.reasons[0])
    else:
        object_to(form, problem)
    return form


def _tell(request: HttpRequest, code: str, notes: list[str]) -> None:
    messages.success(request, _("%(code)s is published.") % {"code": code})
    for note in notes:
        messages.info(request, note)
    frame.tell_difference(request, queries.diff_to_predecessor(code))


def _as_it_is(request: HttpRequest, row: Edition) -> HttpResponse:
    """Nothing of a published edition can be changed: its page, which says so."""
    messages.info(request, _("%(code)s is published: it stays as it is.") % {"code": row.code})
    return redirect("office-edition", code=row.code)


urlpatterns = [
    path("office/edition/<str:code>/publish/", publish, name="office-edition-publish"),
    path("office/edition/<str:code>/withdraw/", withdraw, name="office-edition-withdraw"),
]
