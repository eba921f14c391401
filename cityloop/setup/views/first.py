"""The first account of an empty city, made in the browser."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cityloop.kernel import clock
from cityloop.kernel.errors import Problem
from cityloop.kernel.office import object_to
from cityloop.people import queries as people
from cityloop.people.views.sign_in import welcome
from cityloop.setup import forms, operations, queries


@never_cache
@sensitive_post_parameters("code", "password", "again")
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Found the city with the code that the server printed; there is no such page afterwards."""
    now = clock.now()
    if people.is_founded(now):
        return redirect("sign-in")
    form = forms.FoundingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        facts.pop("again")
        try:
            founded = operations.found_city(now=now, **facts)
        except Problem as problem:
            object_to(form, problem)
        else:
            return welcome(request, founded.member, reverse("office-first-steps"))
    status = 400 if form.errors else 200
    facts = {"form": form, "cities": queries.cities()}
    return render(request, "setup/set_up.html", facts, status=status)


urlpatterns = [path("set-up/", set_up, name="set-up")]
