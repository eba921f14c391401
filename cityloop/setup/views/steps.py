"""What is missing before the city works, the trial run, editions that come along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.cases import queries as cases
from cityloop.kernel import clock, manifest, office
from cityloop.kernel.errors import Problem
from cityloop.kernel.manifest import Missing
from cityloop.kernel.page import actor_with
from cityloop.people.scope import sees_all
from cityloop.setup import operations, queries

TAB = "office-first-steps"
PERMISSION = "people.manage"


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the list: what is missing or done, and where it is put right."""

    missing: Missing
    href: str

    @property
    def look(self) -> tuple[str, str]:
        """Tone and icon."""
        if self.missing.done:
            return "green", "circle-check"
        return ("red", "circle-alert") if self.missing.blocking else ("yellow", "circle-dashed")


@require_safe
def first_steps(request: HttpRequest) -> HttpResponse:
    """The list as it is at this moment; nothing of it is remembered."""
    actor = actor_with(request, PERMISSION)
    found = [Step(one, _href(one)) for one in manifest.missing(clock.now())]
    blocked = [one for one in found if one.missing.blocking and not one.missing.done]
    left = [one for one in found if not one.missing.blocking and not one.missing.done]
    facts: dict[str, Any] = {
        "steps": found, "blocked": blocked, "left": left,
        "done": sum(one.missing.done for one in found),
        "trial": cases.current_parameters().trial,
        "may_switch": sees_all(actor) and actor.may("cases.configure"),
    }  # fmt: skip
    return office.page(request, "setup/first_steps.html", TAB, facts)


def _href(one: Missing) -> str:
    """The page where it is put right; '' where this installation has none."""
    try:
        return reverse(one.page, args=one.args) if one.page else ""
    except NoReverseMatch:
        return ""


@require_POST
def trial(request: HttpRequest) -> HttpResponse:
    """Switch the trial run on or off."""
    actor, wanted = actor_with(request, "cases.configure"), request.POST.get("trial") == "on"
    try:
        operations.set_trial(trial=wanted, actor=actor, now=clock.now())
    except Problem as problem:
        if problem.status == 403:
            raise
        for reason in problem.reasons:
            messages.error(request, reason)
    else:
        messages.success(
            request,
            _("New cases are a trial run from now on.") if wanted
            else _("New cases count from now on."),
        )  # fmt: skip
    return redirect(TAB)


@require_http_methods(["GET", "POST"])
def shipped(request: HttpRequest) -> HttpResponse:
    """Editions that come with the product: choose, load and publish."""
    actor = actor_with(request, "standards.manage")
    reasons: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            found = operations.load_shipped(
                request.POST.getlist("edition"), actor=actor, now=clock.now()
            )
        except Problem as problem:
            reasons = problem.reasons
        else:
            for one in found:
                messages.success(request, _("%(code)s is published.") % {"code": one.edition})
            return redirect(TAB)
    chosen = request.POST.getlist("edition")
    facts = {"editions": queries.shipped_editions(), "reasons": reasons, "chosen": chosen,
             "sent": request.method == "POST"}  # fmt: skip
    template = "setup/shipped.html"
    return office.page(request, template, TAB, facts, status=422 if reasons else 200)


urlpatterns = [
    path("office/first-steps/", first_steps, name=TAB),
    path("office/first-steps/trial/", trial, name="office-trial"),
    path("office/first-steps/editions/", shipped, name="office-shipped"),
]
