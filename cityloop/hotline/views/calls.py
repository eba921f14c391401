"""Calls: the list with one's seat, the pop-up, one call with what is known of its caller."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cityloop.hotline import forms, operations, queries
from cityloop.hotline.views import frame
from cityloop.kernel import clock, paging
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of


@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """The calls of the house, latest first."""
    return _calls(request, forms.SeatForm())


def _calls(request: HttpRequest, form: forms.SeatForm, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    shown = paging.page(
        queries.calls(actor), order=("-came_at", "-id"), cursor=request.GET.get("after"),
        size=frame.SIZE,
    )  # fmt: skip
    context = {
        "rows": [(one, queries.number_shown(actor, one)) for one in shown.items], "form": form,
        "seat": queries.seat_of(actor), "tabs": frame.tabs("hotline"), "tones": frame.CALL_TONES,
        "next": f"?after={shown.next}" if shown.next else "",
        "first": "?" if request.GET.get("after") else "",
    }  # fmt: skip
    return render(request, "hotline/calls.html", context, status=status)


@require_POST
def seat(request: HttpRequest) -> HttpResponse:
    """Sit at an extension, or leave it."""
    actor, form = actor_of(request), forms.SeatForm(request.POST)
    if "leave" in request.POST:
        operations.sign_off(actor=actor)
        return redirect("hotline")
    actor.require(queries.ANSWER)
    if not form.is_valid():
        return _calls(request, form, status=422)
    try:
        operations.sign_on(form.cleaned_data["extension"], actor=actor, now=clock.now())
    except Invalid as problem:
        frame.show_problem(form, problem)
        return _calls(request, form, status=problem.status)
    messages.success(request, _("Calls at your extension show up on every page."))
    return redirect("hotline")


@require_safe
def ringing(request: HttpRequest) -> HttpResponse:
    """The pop-up: calls at one's extension that have not ended."""
    actor = actor_of(request)
    calls = queries.ringing(actor, now=clock.now())
    found = [(one, queries.number_shown(actor, one)) for one in calls]
    return render(request, "hotline/_ringing.html", {"rows": found, "tones": frame.CALL_TONES})


@require_safe
def call(request: HttpRequest, call_id: int) -> HttpResponse:
    """One call with its caller's reports and open cases near the place that is named."""
    form = forms.PlaceForm(request.GET)
    address = form.cleaned_data["address"] if form.is_valid() else ""
    file = queries.call_file(actor_of(request), call_id, address=address, now=clock.now())
    context = {"file": file, "call": file.call, "form": form, "tones": frame.CALL_TONES,
               "tabs": frame.tabs("hotline"), "asked": address}  # fmt: skip
    return render(request, "hotline/call.html", context)


@require_POST
def tell(request: HttpRequest, call_id: int, number: str) -> HttpResponse:
    """The text was read out."""
    operations.tell(call_id, number, actor=actor_of(request), now=clock.now())
    messages.success(request, _("It is recorded that the caller was told."))
    return redirect("hotline-call", call_id)
