"""Sign-in with lock-out, the first password's change, sign-out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from cityloop.kernel import clock
from cityloop.kernel.errors import NotSignedIn, Problem
from cityloop.people import operations, queries
from cityloop.people.models import Member

BACKEND = "django.contrib.auth.backends.ModelBackend"
PENDING = "first_password_of"
PENDING_FOR = timedelta(minutes=10)


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=lazy("Username"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "username", "autofocus": True,
                                "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    password = forms.CharField(
        label=lazy("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    password = forms.CharField(
        label=lazy("New password"),
        max_length=200,
        strip=False,
        help_text=lazy("At least 10 characters; no common word, not only digits."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=lazy("The same again"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        """Both must be the same."""
        found = super().clean() or {}
        if found.get("password") and found.get("password") != found.get("again"):
            self.add_error("again", _("The two differ."))
        return found


def _goal(request: HttpRequest) -> str:
    """Where to go after sign-in: an address of this site, else the start page."""
    goal = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        goal, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return goal if safe else settings.LOGIN_REDIRECT_URL


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. A wrong name and a wrong password get the same answer in the same time."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        member = authenticate(request, **form.cleaned_data)
        if member is not None:
            return _enter(request, member)
        form.add_error(None, _("Username and password do not match, or the account is closed."))
    elif request.user.is_authenticated and request.method == "GET":
        return redirect(_goal(request))
    founded = queries.is_founded(clock.now())
    if not founded and request.method == "GET" and not Member.objects.exists():
        return redirect("set-up")  # of an empty city: nobody could sign in here
    status = 400 if form.errors else 200
    facts = {"form": form, "next": _goal(request), "founded": founded}
    return render(request, "people/sign_in.html", facts, status=status)


def _enter(request: HttpRequest, member: Member) -> HttpResponse:
    if member.initial_password:
        request.session.cycle_key()
        seen = member.get_session_auth_hash()  # another password ends this
        request.session[PENDING] = [member.pk, clock.now().isoformat(), _goal(request), seen]
        return redirect("new-password")
    return welcome(request, member, _goal(request))


def welcome(request: HttpRequest, member: Member, goal: str) -> HttpResponse:
    """Begin the session and set the member's language."""
    login(request, member, backend=BACKEND)
    answer = redirect(goal)
    keep_language(answer, member.language)
    return answer


def keep_language(answer: HttpResponse, language: str) -> None:
    """The cookie from which pages take their language."""
    if language:
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=31_536_000,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """Whoever came with a first password chooses their own before the session begins."""
    pending = request.session.get(PENDING)
    now = clock.now()
    if not pending or len(pending) < 4 or datetime.fromisoformat(pending[1]) + PENDING_FOR < now:
        request.session.pop(PENDING, None)
        return redirect("sign-in")
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member = operations.change_own_password(
                member_id=pending[0], password=form.cleaned_data["password"], now=now,
                seen=pending[3],
            )  # fmt: skip
        except NotSignedIn:
            request.session.pop(PENDING)
            messages.error(request, _("This password was changed meanwhile. Sign in anew."))
            return redirect("sign-in")
        except Problem as problem:
            form.add_error("password", list(problem.reasons))
        else:
            request.session.pop(PENDING)
            return welcome(request, member, pending[2])
    return render(
        request, "people/new_password.html", {"form": form}, status=400 if form.errors else 200
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; by POST only, so that no link can do it.

    The next person at this desk finds no photo in the browser's memory.
    """
    logout(request)
    answer = redirect(settings.LOGOUT_REDIRECT_URL)
    answer["Clear-Site-Data"] = '"cache"'
    return answer


def locked_out(
    request: HttpRequest, original: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """What django-axes shows after too many tries (settings.AXES_LOCKOUT_CALLABLE): 429."""
    minutes = int(float(settings.AXES_COOLOFF_TIME) * 60)
    answer = render(
        request,
        "people/locked_out.html",
        {"minutes": minutes, "limit": settings.AXES_FAILURE_LIMIT},
        status=429,
    )
    answer["Retry-After"] = str(minutes * 60)
    return answer
