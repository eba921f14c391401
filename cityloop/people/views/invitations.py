"""Who was invited chooses a password with the code they were handed."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from cityloop.kernel import clock
from cityloop.kernel.errors import NotFound, Problem
from cityloop.kernel.office import object_to
from cityloop.people import operations
from cityloop.people.views.sign_in import NewPasswordForm, welcome


class CodeForm(forms.Form):
    """The code as it is printed."""

    code = forms.CharField(
        label=_("Code of the invitation"), max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "autofocus": True,
                                "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def invited(request: HttpRequest) -> HttpResponse:
    """Type the code, for whom it came on paper."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = "".join(form.cleaned_data["code"].split()).lower()
        try:
            operations.invited_member(code, now=clock.now())
        except NotFound as problem:
            object_to(form, problem)
        else:
            return redirect("invitation", code=code)
    return render(
        request, "people/invited.html", {"form": form}, status=400 if form.errors else 200
    )


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, code: str) -> HttpResponse:
    """Choose a password; with it the session begins."""
    now = clock.now()
    member = operations.invited_member(code, now=now)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = operations.accept_invitation(
                code=code, password=form.cleaned_data["password"], now=now
            )
        except Problem as problem:
            object_to(form, problem)
        else:
            return welcome(request, row, settings.LOGIN_REDIRECT_URL)
    facts = {"form": form, "member": member, "code": code}
    return render(request, "people/invitation.html", facts, status=400 if form.errors else 200)
