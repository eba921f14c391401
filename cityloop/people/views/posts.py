"""Back office: posts, roles, the city's decision about the two sides."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cityloop.kernel import clock
from cityloop.kernel.errors import NotFound
from cityloop.kernel.office import (
    Cell,
    Column,
    Table,
    act,
    codes_of,
    form_page,
    joined,
    list_page,
    page,
)
from cityloop.people import forms, operations, queries
from cityloop.people.models import Post, Role
from cityloop.people.roles import PERMISSIONS
from cityloop.people.scope import sees_all
from cityloop.people.views.frame import manager

TAB, ROLES_TAB = "office-posts", "office-roles"


@require_safe
def posts(request: HttpRequest) -> HttpResponse:
    """Visible posts."""
    actor, today = manager(request), timezone.localdate(clock.now())
    columns = [
        Column(_("Post"), "card-title"), Column(_("Code")), Column(_("Organisation")),
        Column(_("Roles"), "wide"), Column(_("Only these regions")),
        Column(_("Holders"), "narrow num"), Column(_("State"), "narrow"),
    ]  # fmt: skip
    rows = [_row(one) for one in queries.posts(actor, on=today)]
    return list_page(
        request, TAB, title=_("Posts"), table=Table(_("Posts"), columns, rows),
        new=(reverse("office-post-new"), _("New post")),
    )  # fmt: skip


def _row(one: Post) -> list[Cell]:
    tone, word = ("green", _("in use")) if one.active else ("grey", _("not in use"))
    return [
        Cell(one.name, reverse("office-post", args=[one.pk])),
        Cell(one.code),
        Cell(one.organisation.name),
        Cell(joined(role.label for role in one.roles.all())),
        Cell(joined(one.region_codes or []) or "–"),
        Cell(str(one.holders)),  # type: ignore[attr-defined]
        Cell(word, tone=tone, icon="circle-check" if one.active else "circle-off"),
    ]


def _regions(facts: dict[str, Any]) -> dict[str, Any]:
    """The form's line of codes as what the operations take."""
    codes = codes_of(facts.pop("regions"))
    return {**facts, "region_codes": codes or None}


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A new post."""
    actor, now = manager(request), clock.now()
    form = forms.PostForm(request.POST or None, actor=actor, new=True)
    answer = act(
        request, form,
        lambda facts: operations.create_post(actor=actor, now=now, **_regions(facts)),
        done=_("The post is made."), to=reverse(TAB),
    )  # fmt: skip
    return answer or form_page(request, TAB, title=_("New post"), form=form, back=reverse(TAB))


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, post_id: int) -> HttpResponse:
    """One post."""
    actor, now = manager(request), clock.now()
    row = queries.posts(actor, on=timezone.localdate(now)).filter(pk=post_id).first()
    if row is None:
        raise NotFound(_("there is no such post, or you may not see it"))
    start = {
        "name_zh": row.name_zh, "name_en": row.name_en, "active": row.active,
        "terminal": row.terminal,
        "roles": [role.code for role in row.roles.all()],
        "regions": " ".join(row.region_codes or []),
    }  # fmt: skip
    form = forms.PostForm(request.POST or None, initial=start, actor=actor, new=False)

    def save(facts: dict[str, Any]) -> Post:
        given = _regions(facts)
        return operations.change_post(
            post_id=row.pk, actor=actor, now=now, all_regions=given["region_codes"] is None, **given
        )

    answer = act(request, form, save, done=_("The post is changed."), to=reverse(TAB))
    return answer or form_page(request, TAB, title=row.name, form=form, back=reverse(TAB))


@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """The roles and the decision about the two sides."""
    actor = manager(request)
    columns = [
        Column(_("Role"), "card-title"), Column(_("Code")), Column(_("Permissions"), "wide"),
    ]  # fmt: skip
    rows = [
        [
            Cell(one.label, reverse("office-role", args=[one.code]) if sees_all(actor) else ""),
            Cell(one.code),
            Cell(joined(PERMISSIONS.get(code, code) for code in one.permissions)),
        ]
        for one in queries.roles()
    ]
    note = (
        _("One person may hold posts of the judging and the handling side.")
        if queries.merge_posts_allowed()
        else _("Who files, checks and closes does not dispatch or handle, and the reverse.")
    )
    new = (reverse("office-merge"), _("Change this")) if sees_all(actor) else None
    return list_page(
        request, ROLES_TAB, title=_("Roles"), table=Table(_("Roles"), columns, rows), note=note,
        new=new,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, code: str) -> HttpResponse:
    """One role's label and permissions."""
    actor, now = manager(request), clock.now()
    row = Role.objects.filter(code=code).first()
    if row is None:
        raise Http404
    start = {"label_zh": row.label_zh, "label_en": row.label_en, "permissions": row.permissions}
    form = forms.RoleForm(request.POST or None, initial=start, role=row)
    answer = act(
        request, form,
        lambda facts: operations.change_role(code=code, actor=actor, now=now, **facts),
        done=_("The role is changed."), to=reverse(ROLES_TAB),
    )  # fmt: skip
    return answer or form_page(
        request, ROLES_TAB, title=row.label, form=form, back=reverse(ROLES_TAB)
    )


@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest) -> HttpResponse:
    """Let posts of both sides be held together, or not."""
    actor, now = manager(request), clock.now()
    start = {"allowed": queries.merge_posts_allowed()}
    form = forms.MergeForm(request.POST or None, initial=start)
    answer = act(
        request, form,
        lambda facts: operations.set_merge_posts(actor=actor, now=now, **facts),
        done=_("The decision is kept."), to=reverse(ROLES_TAB),
    )  # fmt: skip
    return answer or form_page(
        request, ROLES_TAB, title=_("Judging and handling"), form=form, back=reverse(ROLES_TAB)
    )


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """The record of changes, 50 a page; city's administrators see all of it."""
    actor = manager(request)
    found = queries.changes_of(request.GET.get("subject", ""), request.GET.get("id", ""))
    if not sees_all(actor):
        found = found.filter(member_id=actor.member_id)
    before = request.GET.get("before", "")
    if before.isdigit():
        found = found.filter(pk__lt=int(before))
    rows = list(found[:51])
    following = f"?before={rows[49].pk}" if len(rows) > 50 else ""
    facts = {"title": _("Record of changes"), "rows": rows[:50], "next": following}
    return page(request, "people/office_changes.html", "office-changes", facts)
