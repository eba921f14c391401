"""Back office: accounts, the posts they hold, their keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cityloop.kernel import clock, jobs, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem, Refused
from cityloop.kernel.office import (
    Cell,
    Column,
    Table,
    act,
    codes_of,
    form_page,
    joined,
    list_page,
    object_to,
    page,
)
from cityloop.people import forms, operations, queries
from cityloop.people.models import ANY, HoldingKind, Member, PatrolArea, Token
from cityloop.people.views.frame import manager

TAB = "office-members"


@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """Visible members, 50 a page."""
    actor, today = manager(request), timezone.localdate(clock.now())
    form = forms.MemberFilter(request.GET, actor=actor)
    found = form.cleaned_data if form.is_valid() else {}
    chosen = found.get("organisation")
    rows = queries.members(
        actor, on=today, words=found.get("q", ""), organisation_id=chosen.pk if chosen else None
    )
    shown = paging.page(rows, order=("username", "id"), cursor=request.GET.get("after"))
    query = {k: str(v) for k, v in request.GET.items() if k != "after"}
    columns = [
        Column(_("Name"), "card-title"), Column(_("Username")), Column(_("Organisation")),
        Column(_("Posts"), "wide"), Column(_("State"), "narrow"),
    ]  # fmt: skip
    table = Table(
        _("Members"), columns, [_row(one) for one in shown.items],
        next=f"?{urlencode({**query, 'after': shown.next})}" if shown.next else "",
        first=f"?{urlencode(query)}" if request.GET.get("after") else "",
    )  # fmt: skip
    return list_page(
        request, TAB, title=_("Members"), table=table, form=form,
        new=(reverse("office-member-new"), _("New member")), imports="members",
    )  # fmt: skip


def _row(one: Member) -> list[Cell]:
    tone, word = ("green", _("in use")) if one.active else ("grey", _("not in use"))
    held = one.held  # type: ignore[attr-defined]
    return [
        Cell(one.name, reverse("office-member", args=[one.pk])),
        Cell(one.username),
        Cell(one.organisation.name),
        Cell(joined(f"{h.post.organisation.name} · {h.post.name}" for h in held) or "–"),
        Cell(word, tone=tone, icon="circle-check" if one.active else "circle-off"),
    ]


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new account."""
    actor, now = manager(request), clock.now()
    form = forms.MemberForm(request.POST or None, actor=actor, new=True)
    answer = act(
        request, form,
        lambda facts: operations.create_member(actor=actor, now=now, **facts),
        done=_("The account is made. Give it a post now."),
        to=lambda row: reverse("office-member", args=[row.pk]),
    )  # fmt: skip
    return answer or form_page(request, TAB, title=_("New member"), form=form, back=reverse(TAB))


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, member_id: int) -> HttpResponse:
    """One account: facts, posts, ground, password, keys, what was changed."""
    actor, now = manager(request), clock.now()
    row = queries.member_seen(actor, member_id)
    form = _facts(actor, row, request.POST or None)

    def save(facts: dict[str, Any]) -> Member:
        facts["organisation_id"] = facts.pop("organisation").pk
        return operations.change_member(member_id=row.pk, actor=actor, now=now, **facts)

    here = reverse("office-member", args=[row.pk])
    answer = act(request, form, save, done=_("The account is changed."), to=here)
    return answer or _page(request, actor, row, form=form)


def _facts(actor: Actor, row: Member, data: Any = None) -> forms.MemberForm:
    start = {name: getattr(row, name) for name in ("name", "phone", "email", "language")}
    start["organisation"] = row.organisation_id
    return forms.MemberForm(data, initial=start, actor=actor, new=False)


def _page(request: HttpRequest, actor: Actor, row: Member, **given: Any) -> HttpResponse:
    """The account's page with one of its forms as it was sent."""
    today = timezone.localdate(clock.now())
    posts = queries.posts(actor, on=today).filter(active=True)
    areas = PatrolArea.objects.filter(member=row, valid_to=None).order_by("area_code")
    facts = {
        "row": row,
        "title": row.name,
        "today": today,
        "holdings": queries.holdings_of(row.pk),
        "tokens": Token.objects.filter(member=row).order_by("-id"),
        "changes": queries.changes_of("member", str(row.pk))[:20],
        "answers": row.answers_for.order_by("-valid_from", "region_code"),
        "answer": forms.AnswerForm(),
        "form": _facts(actor, row),
        "hold": forms.HoldForm(posts=posts, initial={"valid_from": today}),
        "patrol": forms.PatrolForm(initial={"areas": " ".join(a.area_code for a in areas)}),
        "password": forms.PasswordForm(),
        "token": forms.TokenForm(),
        **given,
    }
    bad = any(getattr(one, "is_bound", False) and one.errors for one in given.values())
    return page(request, "people/office_member.html", TAB, facts, status=400 if bad else 200)


@require_POST
def hold(request: HttpRequest, member_id: int) -> HttpResponse:
    """Give the member a post."""
    actor, now = manager(request), clock.now()
    row = queries.member_seen(actor, member_id)
    posts = queries.posts(actor, on=timezone.localdate(now)).filter(active=True)
    form = forms.HoldForm(request.POST, posts=posts)

    def save(facts: dict[str, Any]) -> Any:
        kind = HoldingKind.SECONDMENT if facts.pop("lent") else HoldingKind.REGULAR
        return operations.hold_post(member=row, actor=actor, now=now, kind=kind, **facts)

    here = reverse("office-member", args=[row.pk])
    answer = act(request, form, save, done=_("The post is given."), to=here)
    return answer or _page(request, actor, row, hold=form)


@require_POST
def end_holding(request: HttpRequest, holding_id: int) -> HttpResponse:
    """Take a post away from today on."""
    actor = manager(request)
    row = operations.end_holding(holding_id=holding_id, actor=actor, now=clock.now())
    messages.success(request, _("The post is taken back."))
    return redirect("office-member", member_id=row.member_id)


@require_POST
def patrol(request: HttpRequest, member_id: int) -> HttpResponse:
    """Set the ground an inspector walks."""
    actor, now = manager(request), clock.now()
    row = queries.member_seen(actor, member_id)
    form = forms.PatrolForm(request.POST)

    def save(facts: dict[str, Any]) -> Any:
        return operations.assign_patrol(
            member=row, area_codes=codes_of(facts["areas"]), valid_from=facts["valid_from"],
            actor=actor, now=now,
        )  # fmt: skip

    here = reverse("office-member", args=[row.pk])
    answer = act(request, form, save, done=_("The ground is set."), to=here)
    return answer or _page(request, actor, row, patrol=form)


@require_POST
def answer_for(request: HttpRequest, member_id: int) -> HttpResponse:
    """Name the member as the person for a class of things in an area."""
    actor, now = manager(request), clock.now()
    row = queries.member_seen(actor, member_id)
    form = forms.AnswerForm(request.POST)

    def save(facts: dict[str, Any]) -> Any:
        for name in ("major_code", "minor_code"):
            facts[name] = facts[name] or ANY
        return operations.set_responsible_person(member=row, actor=actor, now=now, **facts)

    here = reverse("office-member", args=[row.pk])
    answer = act(request, form, save, done=_("The person is named."), to=here)
    return answer or _page(request, actor, row, answer=form)


@require_POST
def end_answer(request: HttpRequest, person_id: int) -> HttpResponse:
    """The member no longer answers for it."""
    row = operations.end_responsible_person(
        person_id=person_id, actor=manager(request), now=clock.now()
    )
    messages.success(request, _("The line ends today."))
    return redirect("office-member", member_id=row.member_id)


@sensitive_post_parameters("password")
@require_POST
def reset_password(request: HttpRequest, member_id: int) -> HttpResponse:
    """A new first password."""
    actor, now = manager(request), clock.now()
    row = queries.member_seen(actor, member_id)
    form = forms.PasswordForm(request.POST)

    def save(facts: dict[str, Any]) -> Any:
        return operations.reset_password(
            member_id=row.pk, password=facts["password"], actor=actor, now=now
        )

    here = reverse("office-member", args=[row.pk])
    answer = act(request, form, save, done=_("The first password is set."), to=here)
    return answer or _page(request, actor, row, password=form)


@require_POST
def invite(request: HttpRequest, member_id: int) -> HttpResponse:
    """A link with which the member chooses a password, once: sent, or shown to be handed over."""
    actor, now = manager(request), clock.now()
    row = queries.member_seen(actor, member_id)
    try:
        invited = operations.invite(member_id=row.pk, actor=actor, now=now)
    except Refused as problem:
        messages.error(request, str(problem))
        return redirect("office-member", member_id=row.pk)
    link = request.build_absolute_uri(reverse("invitation", args=[invited.code]))
    told = jobs.tell("member.invited", member=row, link=link, now=now)
    for sentence in told:
        messages.success(request, sentence)
    answer = _page(request, actor, row, invited=invited, link=link)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def close(request: HttpRequest, member_id: int) -> HttpResponse:
    """Close the account."""
    actor = manager(request)
    row = queries.member_seen(actor, member_id)
    reason = request.POST.get("reason", "")
    operations.close_member(member_id=row.pk, actor=actor, now=clock.now(), reason=reason)
    messages.success(request, _("The account is closed."))
    return redirect("office-member", member_id=row.pk)


@require_POST
def issue_token(request: HttpRequest, member_id: int) -> HttpResponse:
    """Make a key and show it, this once."""
    actor, now = manager(request), clock.now()
    row = queries.member_seen(actor, member_id)
    form = forms.TokenForm(request.POST)
    if form.is_valid():
        facts = form.cleaned_data
        try:
            _token, raw = operations.issue_token(
                member=row, name=facts["name"], channel_code=facts["channel_code"], actor=actor,
                now=now, expires_at=now + timedelta(days=facts["days"]),
            )  # fmt: skip
        except Problem as problem:
            object_to(form, problem)
        else:
            return _page(request, actor, row, raw_token=raw)
    return _page(request, actor, row, token=form)


@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """Stop a key."""
    row = operations.revoke_token(token_id=token_id, actor=manager(request), now=clock.now())
    messages.success(request, _("The key no longer works."))
    return redirect("office-member", member_id=row.member_id)
