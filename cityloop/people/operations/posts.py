"""Posts, who holds them, who walks where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.geo import codes
from cityloop.kernel.actor import HANDLING, JUDGING, Actor
from cityloop.kernel.errors import Invalid, NotFound, Refused
from cityloop.people.models import (
    Holding,
    HoldingKind,
    Member,
    Organisation,
    PatrolArea,
    PeopleSetting,
    Post,
    Role,
)
from cityloop.people.models.columns import PERIOD_IS_ONE
from cityloop.people.operations.record import (
    as_record,
    one_at_a_time,
    record,
    require_area,
    require_manager,
    require_whole_city,
)
from cityloop.people.queries.actors import merge_posts_allowed
from cityloop.people.queries.staffing import members_on_both_sides
from cityloop.people.roles import COLLECTION_ROLES, NOT_HELD, UNIT_ROLES


class BothSides(Refused):
    """Who files, checks and closes may not dispatch or handle, and the reverse."""

    code = "both-sides"


@transaction.atomic
def create_post(
    *,
    code: str,
    organisation: Organisation,
    name_zh: str,
    roles: Sequence[str],
    actor: Actor,
    now: datetime,
    name_en: str = "",
    region_codes: Sequence[str] | None = None,
    terminal: bool = False,
) -> Post:
    """A post with roles; `region_codes` narrows what its holders see, a `terminal` what they do.

    Raises Invalid, NotAllowed, BothSides (a post of both sides needs the city's decision).
    """
    one_at_a_time()
    require_manager(actor, [organisation])
    if not Organisation.objects.filter(pk=organisation.pk, active=True).exists():
        raise Refused(_("%(name)s is closed") % {"name": organisation.name})
    found = _roles(roles)
    row = Post(
        code=code.strip(), organisation=organisation, name_zh=name_zh.strip(), name_en=name_en,
        region_codes=_areas(region_codes), terminal=terminal,
    )  # fmt: skip
    if not row.code or not row.name_zh or Post.objects.filter(code=row.code).exists():
        raise Invalid(_("a post needs a name and a code that is not in use"))
    _require_ground(actor, roles, row.region_codes)
    _refuse_both_sides(roles, row.name_zh)
    _require_unit_roles(roles, terminal=terminal)
    row.save(force_insert=True)
    row.roles.set(found)
    record(row, "create", actor=actor, now=now, after={**as_record(row), "roles": sorted(roles)})
    return row


@transaction.atomic
def change_post(  # noqa: PLR0913 (the facts of a row, all by keyword)
    *,
    post_id: int,
    actor: Actor,
    now: datetime,
    name_zh: str | None = None,
    name_en: str | None = None,
    roles: Sequence[str] | None = None,
    region_codes: Sequence[str] | None = None,
    all_regions: bool = False,
    active: bool | None = None,
    terminal: bool | None = None,
) -> Post:
    """Change a post. New roles are checked against everything its holders hold."""
    one_at_a_time()
    row = _post(post_id)
    require_manager(actor, [row.organisation])
    old_roles = sorted(row.roles.values_list("code", flat=True))
    before = {**as_record(row), "roles": old_roles}
    row.name_zh = row.name_zh if name_zh is None else name_zh.strip()
    row.name_en = row.name_en if name_en is None else name_en.strip()
    row.active = row.active if active is None else active
    row.terminal = row.terminal if terminal is None else terminal
    if all_regions or region_codes is not None:
        row.region_codes = None if all_regions else _areas(region_codes)
    wanted = old_roles if roles is None else sorted(set(roles))
    _require_ground(actor, wanted, row.region_codes)
    _require_unit_roles(wanted, terminal=row.terminal)
    if wanted != old_roles:
        _change_roles(row, wanted)
    elif active:
        _refuse_both_sides(wanted, row.name_zh)
    row.save()
    record(row, "change", actor=actor, now=now, before=before,
           after={**as_record(row), "roles": wanted})  # fmt: skip
    return row


def _change_roles(row: Post, wanted: Sequence[str]) -> None:
    found = _roles(wanted)
    _refuse_both_sides(wanted, row.name_zh)
    for holding in row.holdings.filter(PERIOD_IS_ONE).select_related("member"):
        _refuse_other_side(
            holding.member, wanted, holding.valid_from, holding.valid_to, but=holding.pk
        )
    row.roles.set(found)


def _roles(wanted: Sequence[str]) -> list[Role]:
    found = list(Role.objects.filter(code__in=wanted))
    unknown = sorted(set(wanted) - {role.code for role in found})
    if unknown or not wanted or NOT_HELD & set(wanted):
        bad = ", ".join([*unknown, *sorted(NOT_HELD & set(wanted))])
        raise Invalid(
            _("a post needs roles that exist; not: %(bad)s") % {"bad": bad or "-"},
            fields={"roles": bad or _("required")},
        )
    return found


def _areas(region_codes: Sequence[str] | None) -> list[str] | None:
    if region_codes is None:
        return None
    return sorted({area_code(code) for code in region_codes if code.strip()})


def area_code(text: str) -> str:
    """A region or unit grid code in its short spelling. Raises Invalid."""
    digits = text.strip()
    if len(digits) in (14, 15):
        return codes.parse_grid_code(digits).code
    return codes.parse_region_code(digits).code


def _require_ground(actor: Actor, roles: Sequence[str], areas: Sequence[str] | None) -> None:
    """A collection post sees the ground it names: only who sees that ground may give it."""
    if COLLECTION_ROLES & set(roles):
        for code in areas or ():
            require_area(actor, code)


def _require_unit_roles(roles: Iterable[str], *, terminal: bool) -> None:
    """Who accepts, dispatches or leads cannot do it at a terminal."""
    if terminal and set(roles) - UNIT_ROLES:
        why = _("a terminal is for the desk and the workers of a unit")
        raise Invalid(why, fields={"terminal": why})


def _rivals() -> frozenset[str]:
    """Roles that nobody holds who judges: a small centre may merge its own desks, but the desk and
    the workers of a unit that is judged stay apart."""
    return UNIT_ROLES if merge_posts_allowed() else HANDLING


def _refuse_both_sides(roles: Iterable[str], name: str) -> None:
    sides = set(roles)
    if sides & JUDGING and sides & _rivals():
        raise BothSides(
            _("%(name)s would both judge and handle; the city keeps these apart") % {"name": name}
        )


def _refuse_other_side(
    member: Member, roles: Iterable[str], start: date, end: date | None, *, but: int | None = None
) -> None:
    """Look at every post held at any time between start and end."""
    sides, rivals = set(roles), _rivals()
    rival = rivals if sides & JUDGING else JUDGING if sides & rivals else frozenset()
    others = Holding.objects.filter(PERIOD_IS_ONE, member=member, post__roles__code__in=rival)
    if but is not None:
        others = others.exclude(pk=but)
    others = others.filter(Q(valid_to=None) | Q(valid_to__gt=start))
    if end is not None:
        others = others.filter(valid_from__lt=end)
    clash = others.select_related("post__organisation").first()
    if clash is not None:
        raise BothSides(
            _("%(member)s holds %(post)s (%(unit)s) on the other side: who judges does not handle")
            % {
                "member": member.name,
                "post": clash.post.name,
                "unit": clash.post.organisation.name,
            }
        )


@transaction.atomic
def hold_post(
    *,
    member: Member,
    post: Post,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
    valid_to: date | None = None,
    kind: str = HoldingKind.REGULAR,
    source_document: str = "",
) -> Holding:
    """Give a member a post from a day on, up to but not including `valid_to`.

    Raises BothSides (posts of the judging and the handling side), Refused (held already),
    Invalid (a secondment without end, an end before the start), NotAllowed.
    """
    one_at_a_time()
    post = Post.objects.select_related("organisation").get(pk=post.pk)
    member = Member.objects.select_for_update().get(pk=member.pk)
    require_manager(actor, [post.organisation])
    start = valid_from or timezone.localdate(now)
    _check_period(start, valid_to, kind)
    if not (member.active and post.active and post.organisation.active):
        raise Refused(_("the account or the post is closed"))
    held = list(post.roles.values_list("code", flat=True))
    _refuse_both_sides(held, post.name)  # made while the city let posts be merged
    _refuse_other_side(member, held, start, valid_to)
    running = Holding.objects.filter(  # one cancelled before it began was never held
        PERIOD_IS_ONE, Q(valid_to=None) | Q(valid_to__gt=start), member=member, post=post
    )
    if running.filter(**({"valid_from__lt": valid_to} if valid_to else {})).exists():
        raise Refused(_("%(member)s holds this post already") % {"member": member.name})
    row = Holding.objects.create(
        member=member, post=post, kind=kind, valid_from=start, valid_to=valid_to,
        source_document=source_document,
    )  # fmt: skip
    record(row, "hold", actor=actor, now=now)
    return row


def _check_period(start: date, end: date | None, kind: str) -> None:
    if kind == HoldingKind.SECONDMENT and end is None:
        raise Invalid(_("a secondment needs an end"), fields={"valid_to": _("required")})
    if end is not None and end <= start:
        raise Invalid(_("the end lies before the start"), fields={"valid_to": _("too early")})


def second_member(
    *,
    member: Member,
    post: Post,
    valid_to: date,
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
    source_document: str = "",
) -> Holding:
    """Lend a member to a post for a time; it ends by itself on `valid_to` (that day excluded)."""
    return hold_post(
        member=member, post=post, actor=actor, now=now, valid_from=valid_from, valid_to=valid_to,
        kind=HoldingKind.SECONDMENT, source_document=source_document,
    )  # fmt: skip


@transaction.atomic
def end_holding(
    *, holding_id: int, actor: Actor, now: datetime, ends_on: date | None = None, reason: str = ""
) -> Holding:
    """Take a post from a member: from `ends_on` (today) on they no longer hold it."""
    row = (
        Holding.objects.select_for_update(of=("self",))
        .select_related("post__organisation")
        .filter(pk=holding_id)
        .first()
    )
    if row is None:
        raise NotFound(_("there is no such holding"))
    require_manager(actor, [row.post.organisation])
    day = max(ends_on or timezone.localdate(now), row.valid_from)
    if row.valid_to is not None and row.valid_to <= day:
        raise Refused(_("it ends before that day already"))
    before = as_record(row)
    row.valid_to = day
    row.save(update_fields=["valid_to"])
    record(row, "end", actor=actor, now=now, before=before, reason=reason)
    return row


@transaction.atomic
def set_merge_posts(
    *, allowed: bool, actor: Actor, now: datetime, source_document: str
) -> PeopleSetting:
    """Let one person judge and handle (small centres), or forbid it again.

    Refused while somebody still holds posts of both sides, or a post has both: each is named.
    """
    require_whole_city(actor)
    one_at_a_time()
    if not allowed:
        both = members_on_both_sides(timezone.localdate(now))
        objections = [_("%(name)s holds posts of both sides") % {"name": name} for name in both]
        objections += [
            _("the post %(name)s (%(code)s) has roles of both sides: change it, or end it")
            % {"name": post.name, "code": post.code} for post in _of_both_sides()
        ]  # fmt: skip
        if objections:
            raise BothSides(*objections)
    row = PeopleSetting.objects.filter(name="merge_posts").first()
    before = as_record(row) if row else None
    row, _created = PeopleSetting.objects.update_or_create(
        name="merge_posts",
        defaults={"value": allowed, "source_document": source_document, "set_at": now},
    )
    record(row, "change", actor=actor, now=now, before=before)
    return row


def _of_both_sides() -> list[Post]:
    posts = Post.objects.filter(active=True, roles__code__in=JUDGING)
    handling = Post.objects.filter(roles__code__in=HANDLING).values("pk")
    return list(posts.filter(pk__in=handling).distinct().order_by("code"))


@transaction.atomic
def assign_patrol(
    *,
    member: Member,
    area_codes: Sequence[str],
    actor: Actor,
    now: datetime,
    valid_from: date | None = None,
) -> list[PatrolArea]:
    """Give an inspector these regions or unit grids from a day on; earlier ones end that day."""
    require_manager(actor, [Organisation.objects.get(pk=member.organisation_id)])
    start = valid_from or timezone.localdate(now)
    wanted = sorted({area_code(code) for code in area_codes})
    for code in wanted:
        require_area(actor, code)
    running = PatrolArea.objects.filter(Q(valid_to=None) | Q(valid_to__gt=start), member=member)
    old = sorted(running.values_list("area_code", flat=True))
    running.filter(valid_from__gte=start).delete()
    running.update(valid_to=start)
    rows = PatrolArea.objects.bulk_create(
        [PatrolArea(member=member, area_code=code, valid_from=start) for code in wanted]
    )
    record(member, "patrol", actor=actor, now=now,
           before={"areas": old}, after={"areas": wanted})  # fmt: skip
    return rows


def _post(post_id: int) -> Post:
    found = (
        Post.objects.select_for_update(of=("self",))
        .select_related("organisation")
        .filter(pk=post_id)
        .first()
    )
    if found is None:
        raise NotFound(_("there is no such post"))
    return found
