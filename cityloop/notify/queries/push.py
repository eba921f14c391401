"""Browsers in which members are told at once."""

from __future__ import annotations

from django.db.models import QuerySet

from cityloop.kernel.actor import Actor
from cityloop.notify.models import Subscription
from cityloop.notify.webpush import Browser


def live() -> QuerySet[Subscription]:
    """Every subscription that has not ended."""
    return Subscription.objects.filter(ended_at=None)


def browsers_of(member_id: int) -> tuple[Browser, ...]:
    """Where the member is told."""
    rows = live().filter(member_id=member_id).order_by("-id")
    return tuple(Browser(one.endpoint, one.p256dh, one.auth) for one in rows)


def asked_for_push(member_id: int) -> bool:
    """True when the member asked for it in some browser."""
    return live().filter(member_id=member_id).exists()


def subscriptions(actor: Actor) -> QuerySet[Subscription]:
    """The actor's own, latest first."""
    return live().filter(member_id=actor.member_id or 0).order_by("-id")
