"""Lists for the back office: members, posts, roles, who holds what, who changed what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel import text
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.kernel.languages import in_language
from cityloop.people.models import Holding, Member, PeopleChange, Post, Role
from cityloop.people.queries.actors import actor_for
from cityloop.people.queries.organisations import members_visible
from cityloop.people.roles import SEEDS
from cityloop.people.scope import scope_q, sees_all


def members(
    actor: Actor, *, on: date, words: str = "", organisation_id: int | None = None
) -> QuerySet[Member]:
    """Visible members with the posts they hold on a day (`held`), by name order of the list."""
    found = members_visible(actor).select_related("organisation")
    if organisation_id:
        found = found.filter(organisation_id=organisation_id)
    if query := text.query(words):
        found = found.extra(where=["people_member.search @@ %s::tsquery"], params=[query])
    return found.prefetch_related(Prefetch("holdings", holdings_on(on), to_attr="held"))


def holdings_on(on: date) -> QuerySet[Holding]:
    """Holdings valid on a day, regular ones first."""
    return (
        Holding.objects.filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)
        .select_related("post__organisation")
        .order_by("kind", "id")
    )


def holders(on: date, *roles: str) -> QuerySet[Member]:
    """Active members who hold an active post with one of these roles on the day."""
    valid = Q(holdings__valid_to=None) | Q(holdings__valid_to__gt=on)
    return Member.objects.filter(
        valid, active=True, holdings__valid_from__lte=on, holdings__post__active=True,
        holdings__post__roles__code__in=roles,
    ).distinct()  # fmt: skip


def city_administrators(now: datetime) -> list[Member]:
    """Who can sign in today and manages people everywhere."""
    held = holders(timezone.localdate(now), "administrator").order_by("id")
    return [
        one for one in held if one.has_usable_password() and _manages_all(actor_for(one.pk, now))
    ]


def is_founded(now: datetime) -> bool:
    """Whether somebody can sign in today and make accounts for the others."""
    return bool(city_administrators(now))


def member_called(username: str) -> Member:
    """The open account of this name; raises NotFound."""
    found = Member.objects.filter(username=username.strip(), active=True).first()
    if found is None:
        raise NotFound(_("there is no such member, or the account is closed"))
    return found


def _manages_all(actor: Actor) -> bool:
    return actor.may("people.manage") and sees_all(actor)


def roles_held(member_id: int, on: date, *roles: str) -> set[str]:
    """Which of these roles the member holds on the day."""
    held = holders(on, *roles).filter(pk=member_id)
    return set(held.values_list("holdings__post__roles__code", flat=True))


def holdings_of(member_id: int) -> QuerySet[Holding]:
    """Every post a member ever held, latest first."""
    return (
        Holding.objects.filter(member_id=member_id)
        .select_related("post__organisation")
        .order_by("-valid_from", "-id")
    )


def posts(actor: Actor, *, on: date, organisation_id: int | None = None) -> QuerySet[Post]:
    """Visible posts with their roles and the number of holders on a day (`holders`)."""
    rule = scope_q(
        actor,
        organisation_field="organisation_id",
        region_field="organisation__region_code",
    )
    found = Post.objects.filter(rule).select_related("organisation").prefetch_related("roles")
    if organisation_id:
        found = found.filter(organisation_id=organisation_id)
    now_held = Q(holdings__valid_from__lte=on) & (
        Q(holdings__valid_to=None) | Q(holdings__valid_to__gt=on)
    )
    return found.annotate(holders=Count("holdings", filter=now_held)).order_by(
        "organisation__path", "code"
    )


def roles() -> QuerySet[Role]:
    """Every role in the city's order."""
    return Role.objects.order_by("position", "code")


def role_names(codes: Iterable[str]) -> dict[str, str]:
    """What the city calls these roles, in the reader's language, in the order asked for.

    One statement. A role that is not stored yet goes by its usual label, an unknown one by its
    code.
    """
    wanted = list(dict.fromkeys(codes))
    rows = {row.code: row.label for row in Role.objects.filter(code__in=wanted)} if wanted else {}
    usual = {one.code: in_language(one.label_zh, one.label_en) for one in SEEDS}
    return {code: rows.get(code) or usual.get(code, code) for code in wanted}


def changes_of(subject: str = "", subject_id: str = "") -> QuerySet[PeopleChange]:
    """The record of changes, latest first, of one thing or of all."""
    found = PeopleChange.objects.order_by("-id")
    if subject:
        found = found.filter(subject=subject)
    if subject_id:
        found = found.filter(subject_id=subject_id)
    return found
