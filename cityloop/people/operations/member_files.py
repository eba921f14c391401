"""Members with their posts from a table: all rows, or none and the reason for each bad one.

A row is a person in one post; who holds several has a row for each. New accounts have no password:
each gets an invitation, whose code is told once, by the report.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Problem
from cityloop.kernel.reports import (
    CHANGED,
    NEW,
    SAME,
    Effect,
    ImportReport,
    Progress,
    counted,
    rejections,
)
from cityloop.kernel.tables import Row, read_table
from cityloop.people.models import Member, Organisation, PatrolArea, Post, Role
from cityloop.people.operations.imports import all_or_none
from cityloop.people.operations.invitations import Invited, invite_member
from cityloop.people.operations.members import change_member, create_member
from cityloop.people.operations.posts import area_code, assign_patrol, create_post, hold_post
from cityloop.people.operations.record import MANAGE
from cityloop.people.queries.office import holdings_on
from cityloop.people.roles import COLLECTION_ROLES

MEMBER_COLUMNS = ("username", "name", "organisation_code")
FACTS = ("name", "phone", "email", "language")
Fields = list[tuple[str, str, str]]


@dataclass(slots=True)
class MembersReport(ImportReport):
    """An import of members; `invited`: the new ones, with what each of them is handed."""

    invited: list[Invited] = field(default_factory=list)


@dataclass(slots=True)
class _File:
    """What rows refer to, and what earlier rows of the file did."""

    actor: Actor
    now: datetime
    units: dict[str, Organisation]
    roles: dict[str, str]  # codes and the city's labels -> code
    made: set[str] = field(default_factory=set)  # usernames of accounts that the file makes


def import_members(
    path: Path, *, actor: Actor, now: datetime, progress: Progress | None = None
) -> MembersReport:
    """Accounts by username, their posts and, of inspectors, their ground; all rows or none.

    Columns: username, name, organisation_code and, where known, roles ("acceptor; 派遣员"),
    post_code, post_name, areas, phone, email, language. A post that is named by no code is the one
    of that body with just these roles, and is made where there is none. What the file has no column
    for stays. Raises BadTable, NotAllowed.
    """
    started = time.monotonic()
    actor.require(MANAGE)
    rows = read_table(path, MEMBER_COLUMNS)

    def work(report: MembersReport) -> None:
        units = {one.code: one for one in Organisation.objects.filter(active=True)}
        file = _File(actor, now, units, _roles())
        for line, row in counted(rows, progress):
            try:
                with transaction.atomic():
                    effect = _put(line, row, file, report)
            except Problem as problem:
                report.rejected += rejections(line, row["username"], problem)
            else:
                report.effects.append(effect)
                report.imported += effect.what == NEW
                report.joined += effect.what != NEW
        if report.rejected:
            report.invited.clear()

    return all_or_none(MembersReport(), work, started=started)


def _roles() -> dict[str, str]:
    found: dict[str, str] = {}
    for role in Role.objects.all():
        found |= {role.label_zh: role.code, role.label_en: role.code, role.code: role.code}
    return found


def _put(line: int, row: Row, file: _File, report: MembersReport) -> Effect:
    username, fields = row["username"], Fields()
    unit = file.units.get(row["organisation_code"])
    if unit is None:
        why = _("unknown organisation %(code)s") % {"code": row["organisation_code"] or "-"}
        raise Invalid(why, fields={"organisation_code": why})
    areas = _areas(row)
    member = Member.objects.filter(username__iexact=username).first()
    known = member is not None and username not in file.made
    if member is None:
        facts: dict[str, Any] = {name: row[name] for name in FACTS if row.get(name)}
        member = create_member(
            username=username, **{"name": "", **facts}, organisation=unit, actor=file.actor,
            now=file.now,
        )  # fmt: skip
        file.made.add(username)
        report.invited.append(invite_member(member, actor=file.actor, now=file.now))
    elif known:
        fields += _bring_up_to_date(member, unit, row, file)
    fields += _hold(member, unit, row, file)
    fields += _walk(member, areas, file)
    what = CHANGED if fields and known else SAME if known else NEW
    return Effect(line, username, member.name, what, tuple(fields))


def _bring_up_to_date(member: Member, unit: Organisation, row: Row, file: _File) -> Fields:
    if not member.active:
        why = _("this account is closed: choose another username")
        raise Invalid(why, fields={"username": why})
    given: dict[str, Any] = {name: row[name] for name in FACTS if name in row}
    new = {name: value for name, value in given.items() if getattr(member, name) != value}
    fields = [(name, str(getattr(member, name)), str(value)) for name, value in new.items()]
    if member.organisation_id != unit.pk:
        before = Organisation.objects.get(pk=member.organisation_id)
        fields.append(("organisation_code", before.code, unit.code))
        new["organisation_id"] = unit.pk
    if new:
        change_member(member_id=member.pk, actor=file.actor, now=file.now, **new)
    return fields


def _hold(member: Member, unit: Organisation, row: Row, file: _File) -> Fields:
    """Give the member the row's post, if they have it not."""
    roles = _named_roles(row, file)
    if not roles and not row.get("post_code"):
        return []
    post = _post(unit, roles, row, file)
    today = timezone.localdate(file.now)
    if holdings_on(today).filter(member=member, post=post).exists():
        return []
    hold_post(member=member, post=post, actor=file.actor, now=file.now, valid_from=today)
    return [("roles", "", f"{post.code} {post.name}")]


def _named_roles(row: Row, file: _File) -> list[str]:
    """Codes of the roles that a cell names by code or label."""
    text = row.get("roles", "").replace("；", ";").replace("、", ";").replace("，", ";")
    named = [one.strip() for one in text.replace(",", ";").split(";") if one.strip()]
    if unknown := [one for one in named if one not in file.roles]:
        why = _("there is no role %(names)s") % {"names": ", ".join(unknown)}
        raise Invalid(why, fields={"roles": why})
    return sorted({file.roles[one] for one in named})


def _post(unit: Organisation, roles: list[str], row: Row, file: _File) -> Post:
    """The post that a row means: found, else made."""
    code = row.get("post_code", "")
    if code:
        found = Post.objects.filter(code=code).first()
        held = sorted(found.roles.values_list("code", flat=True)) if found else roles
        if roles and held != roles:
            why = _("the post %(code)s has other roles: %(roles)s")
            told = {"code": code, "roles": ", ".join(held)}
            raise Invalid(why % told, fields={"roles": why % told})
    else:
        posts = Post.objects.filter(organisation=unit, active=True).order_by("id")
        found = next((one for one in posts.prefetch_related("roles") if _has(one, roles)), None)
        code = f"{unit.code}-{'-'.join(roles)}"[:60]
    if found is not None:
        return found
    labels = Role.objects.filter(code__in=roles).order_by("position", "code")
    zh, en = (
        "、".join(one.label_zh for one in labels), ", ".join(one.label_en for one in labels)
    )  # fmt: skip
    given = row.get("post_name", "")
    return create_post(
        code=code, organisation=unit, name_zh=given or zh, name_en="" if given else en[:60],
        roles=roles, actor=file.actor, now=file.now,
    )  # fmt: skip


def _has(post: Post, roles: list[str]) -> bool:
    own = sorted(role.code for role in post.roles.all())
    return own == roles and (post.region_codes is None or bool(COLLECTION_ROLES & set(roles)))


def _areas(row: Row) -> list[str] | None:
    """Codes of the ground in a cell; None where the file says nothing of it."""
    text = row.get("areas", "").replace("；", ";").replace("，", ";").replace(",", ";")
    named = text.replace(";", " ").split()
    try:
        return sorted({area_code(one) for one in named}) or None
    except Problem as problem:
        raise Invalid(str(problem), fields={"areas": str(problem)}) from problem


def _walk(member: Member, areas: list[str] | None, file: _File) -> Fields:
    """The ground that an inspector walks from today on."""
    if areas is None:
        return []
    running = PatrolArea.objects.filter(member=member, valid_to=None).order_by("area_code")
    old = list(running.values_list("area_code", flat=True))
    if old == areas:
        return []
    assign_patrol(member=member, area_codes=areas, actor=file.actor, now=file.now)
    return [("areas", " ".join(old), " ".join(areas))]
