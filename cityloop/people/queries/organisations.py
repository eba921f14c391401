"""The organisation tree, as far as the actor sees it."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cityloop.kernel import text
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotFound
from cityloop.people.models import Member, Organisation
from cityloop.people.scope import scope_q


def organisations_visible(actor: Actor) -> QuerySet[Organisation]:
    """Organisations in the actor's scope: own subtree, own area, or all."""
    rule = scope_q(actor, organisation_field="id", region_field="region_code")
    return Organisation.objects.filter(rule)


def organisation_tree(actor: Actor, *, words: str = "", kind: str = "") -> QuerySet[Organisation]:
    """The visible tree in walking order: every parent before its children."""
    found = organisations_visible(actor).select_related("parent")
    if kind:
        found = found.filter(kind=kind)
    if query := text.query(words):
        found = found.extra(where=["people_organisation.search @@ %s::tsquery"], params=[query])
    return found.order_by("path")


def common_parent(one: Organisation, other: Organisation) -> Organisation | None:
    """The lowest active unit above both; None where one stands above the other, or nobody does."""
    chains = [[int(part) for part in unit.path.split("/") if part] for unit in (one, other)]
    if one.pk in chains[1] or other.pk in chains[0]:
        return None
    common = [a for a, b in zip(*chains, strict=False) if a == b]
    rows = Organisation.objects.filter(pk__in=common, active=True)
    return max(rows, key=lambda unit: unit.depth, default=None)


def organisation_seen(actor: Actor, organisation_id: int) -> Organisation:
    """One organisation; NotFound when there is none in the actor's scope."""
    found = organisations_visible(actor).filter(pk=organisation_id).first()
    if found is None:
        raise NotFound(_("there is no such organisation, or you may not see it"))
    return found


def members_visible(actor: Actor) -> QuerySet[Member]:
    """Members whose home organisation is in the actor's scope, and the actor."""
    rule = scope_q(
        actor,
        organisation_field="organisation_id",
        region_field="organisation__region_code",
    )
    return Member.objects.filter(rule | Q(pk=actor.member_id))


def member_seen(actor: Actor, member_id: int) -> Member:
    """One member; NotFound when there is none in the actor's scope."""
    found = members_visible(actor).select_related("organisation").filter(pk=member_id).first()
    if found is None:
        raise NotFound(_("there is no such member, or you may not see them"))
    return found


def descendants(organisation_id: int) -> list[int]:
    """Ids of the organisation and everything below it."""
    root = Organisation.objects.only("path").filter(pk=organisation_id).first()
    if root is None:
        return []
    below = Organisation.objects.filter(path__startswith=root.path)
    return list(below.order_by("path").values_list("id", flat=True))


def ancestors(organisation_id: int) -> list[int]:
    """Ids from the root down to the organisation itself."""
    found = Organisation.objects.only("path").filter(pk=organisation_id).first()
    return [int(part) for part in found.path.split("/") if part] if found else []
