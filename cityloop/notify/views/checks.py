"""Pages of the check of replies: what was drawn, one reply to judge, the figures by operator."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Refused
from cityloop.kernel.page import actor_of
from cityloop.notify import forms, operations, queries

DAYS = 90


@require_safe
def reply_checks(request: HttpRequest) -> HttpResponse:
    """Drawn replies, and the share of poor ones by operator over the last ninety days."""
    actor = actor_of(request)
    today = timezone.localdate(clock.now())
    facts = {
        "rows": queries.reply_checks(actor), "days": DAYS,
        "operators": queries.operators(actor, since=today - timedelta(days=DAYS), until=today),
    }  # fmt: skip
    return render(request, "notify/reply_checks.html", facts)


@require_http_methods(["GET", "POST"])
def reply_check(request: HttpRequest, check_id: int) -> HttpResponse:
    """One drawn reply as it was sent; judged here by somebody who did not send it."""
    actor = actor_of(request)
    row = queries.reply_check(actor, check_id)
    form = forms.CheckForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _judged(check_id, form, actor):
        messages.success(request, _("The judgement is kept."))
        return HttpResponseRedirect(reverse("reply-checks"), status=303)
    own = row.author_id == actor.member_id
    open_now = row.quality == "open" and not own
    facts = {"row": row, "own": own, "form": form if open_now or form.errors else None}
    status = 400 if form.errors else 200
    return render(request, "notify/reply_check.html", facts, status=status)


def _judged(check_id: int, form: forms.CheckForm, actor: Actor) -> bool:
    try:
        operations.judge_reply(check_id, actor=actor, now=clock.now(), **form.cleaned_data)
    except Invalid as problem:
        for name, reason in problem.fields.items():
            form.add_error(name, reason)
        return False
    except Refused as problem:
        form.add_error(None, list(problem.reasons))
        return False
    return True
