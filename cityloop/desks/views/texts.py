"""Pages of the back office: the ready texts of the desks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.desks import operations, queries
from cityloop.desks.models import ReadyText, Use
from cityloop.kernel import clock
from cityloop.kernel.errors import NotFound
from cityloop.kernel.office import Cell, Column, Table, act, form_page, list_page
from cityloop.kernel.page import actor_of, actor_with
from cityloop.people.scope import sees_all

TAB = "office-texts"


class TextForm(forms.Form):
    """A ready text."""

    use = forms.ChoiceField(label=gettext_lazy("For which input"), choices=Use.choices)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=40)
    text = forms.CharField(
        label=gettext_lazy("Text"), widget=forms.Textarea({"rows": 4}),
        max_length=operations.MOST_TEXT,
    )  # fmt: skip


@require_safe
def office_texts(request: HttpRequest) -> HttpResponse:
    """Every text that is offered."""
    actor = actor_with(request, operations.TEXTS)
    may = sees_all(actor)
    columns = [
        Column(_("Title"), "card-title"), Column(_("For which input")), Column(_("Text"), "wide"),
        Column(_("Since"), "narrow"),
    ]  # fmt: skip
    rows = [
        [
            Cell(one.title, reverse("office-text", args=[one.pk]) if may else ""),
            Cell(one.get_use_display()), Cell(one.text),
            Cell(clock.local_day(one.added_at).isoformat(), sub=one.added_by),
        ]
        for one in queries.ready_texts()
    ]  # fmt: skip
    return list_page(
        request, TAB, title=_("Ready texts"), table=Table(_("Ready texts"), columns, rows),
        new=(reverse("office-text-new"), _("New text")) if may else None,
        note=_("Words that are written often. Everybody finds them beside the input they are for; "
               "Alt and T opens them while one types."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def new_text(request: HttpRequest) -> HttpResponse:
    """Another one."""
    actor = actor_of(request)
    actor.require_for_city(operations.TEXTS)
    form = TextForm(request.POST or None)

    def save(facts: dict[str, Any]) -> ReadyText:
        return operations.keep_text(**facts, actor=actor, now=clock.now())

    answer = act(request, form, save, done=_("The text is offered from now on."), to=reverse(TAB))
    return answer or form_page(request, TAB, title=_("New text"), form=form, back=reverse(TAB))


@require_http_methods(["GET", "POST"])
def office_text(request: HttpRequest, text_id: int) -> HttpResponse:
    """One text: worded otherwise, or offered no more."""
    actor = actor_of(request)
    actor.require_for_city(operations.TEXTS)
    row = queries.ready_texts().filter(pk=text_id).first()
    if row is None:
        raise NotFound(_("there is no such text"))
    start = {"use": row.use, "title": row.title, "text": row.text}
    form = TextForm(request.POST or None, initial=start)

    def save(facts: dict[str, Any]) -> ReadyText:
        return operations.keep_text(**facts, instead_of=text_id, actor=actor, now=clock.now())

    answer = act(request, form, save, done=_("The text is offered from now on."), to=reverse(TAB))
    return answer or form_page(
        request,
        TAB,
        title=row.title,
        form=form,
        back=reverse(TAB),
        ends=reverse("office-text-end", args=[text_id]),
        ends_as=_("Offer it no more"),
    )


@require_POST
def end_text(request: HttpRequest, text_id: int) -> HttpResponse:
    """Offered no more."""
    operations.end_text(text_id, actor=actor_of(request), now=clock.now())
    messages.success(request, _("The text is offered no more."))
    return redirect(TAB)
