"""One's own account: facts, posts, password, language."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from cityloop.kernel import clock
from cityloop.kernel.errors import Invalid, NotSignedIn
from cityloop.kernel.page import actor_of
from cityloop.people import operations, queries
from cityloop.people.models import Member
from cityloop.people.views.sign_in import NewPasswordForm, keep_language


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    current = forms.CharField(
        label=lazy("Present password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    field_order = ("current", "password", "again")


class LanguageForm(forms.Form):
    """The language of one's pages."""

    language = forms.ChoiceField(label=lazy("Language"), choices=settings.LANGUAGES)


def _own(request: HttpRequest) -> Member:
    actor_of(request)
    if not request.user.is_authenticated:
        raise NotSignedIn(_("a token has no account page"))
    return request.user


@never_cache
@sensitive_post_parameters("current", "password", "again")
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """The page, and the change of the password."""
    member, now = _own(request), clock.now()
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, form, member):
        messages.success(request, _("Your password is changed."))
        return redirect("account")
    today = timezone.localdate(now)
    facts = {
        "member": member,
        "form": form,
        "language_form": LanguageForm(
            initial={"language": member.language or request.LANGUAGE_CODE}
        ),
        "holdings": queries.holdings_of(member.pk),
        "today": today,
    }
    return render(request, "people/account.html", facts, status=400 if form.errors else 200)


def _changed(request: HttpRequest, form: ChangePasswordForm, member: Member) -> bool:
    try:
        changed = operations.change_own_password(
            member_id=member.pk,
            current=form.cleaned_data["current"],
            password=form.cleaned_data["password"],
            now=clock.now(),
        )
    except Invalid as problem:
        field = "current" if "current" in problem.fields else "password"
        form.add_error(field, list(problem.reasons))
        return False
    update_session_auth_hash(request, changed)
    return True


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language with the account and in the browser."""
    member = _own(request)
    form = LanguageForm(request.POST)
    answer = redirect("account")
    if form.is_valid():
        chosen = form.cleaned_data["language"]
        operations.set_language(member_id=member.pk, language=chosen, now=clock.now())
        keep_language(answer, chosen)
    return answer
