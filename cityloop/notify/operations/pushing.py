"""Browsers in which members are told at once: asked for, ended, gone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.kernel import errors
from cityloop.kernel.actor import Actor
from cityloop.notify import webpush
from cityloop.notify.models import Subscription
from cityloop.notify.queries.push import live
from cityloop.notify.webpush import BadSubscription, Browser
from cityloop.people.models import Member

MOST = 10  # browsers of a member; the oldest makes room
MAX_DEVICE = 120


def subscribe(browser: Browser, *, device: str, actor: Actor, now: datetime) -> Subscription:
    """Tell the actor in this browser from now on; the same browser again changes nothing.

    A browser belongs to one member: whoever asks last. Raises NotAllowed, Refused, Invalid.
    """
    if actor.member_id is None:
        raise errors.NotAllowed(_("only a person is told in a browser"))
    if not settings.PUSH_CONTACT:
        raise errors.Refused(_("this city does not push messages to browsers"))
    _check(browser)
    with transaction.atomic():
        # One at a time for a member: the limit holds.
        member = Member.objects.select_for_update(no_key=True).get(pk=actor.member_id)
        held = live().filter(endpoint=browser.endpoint).select_for_update().first()
        if held is not None and _same(held, member, browser):
            return held
        if held is not None:
            _end([held.pk], "taken over", now)
        older = live().filter(member=member).order_by("-id").values_list("pk", flat=True)
        _end(list(older[MOST - 1 :]), "too many", now)
        return Subscription.objects.create(
            member=member, endpoint=browser.endpoint, p256dh=browser.p256dh, auth=browser.auth,
            device=device[:MAX_DEVICE], made_at=now,
        )  # fmt: skip


def _check(browser: Browser) -> None:
    try:
        webpush.parts_of(browser.endpoint, local=settings.PUSH_LOCAL)
        webpush.keys_of(browser)
    except BadSubscription as error:
        reason = _("this is no subscription of a browser: %(why)s") % {"why": error}
        raise errors.Invalid(reason, fields={"endpoint": reason}) from error


def _same(held: Subscription, member: Member, browser: Browser) -> bool:
    kept = Browser(held.endpoint, held.p256dh, held.auth)
    return held.member_id == member.pk and kept == browser


def unsubscribe(subscription_id: int, *, actor: Actor, now: datetime) -> Subscription:
    """Tell the actor there no more; raises NotFound for a browser of somebody else."""
    if not _end([subscription_id], "asked", now, member_id=actor.member_id or 0):
        raise errors.NotFound(_("there is no such browser"))
    return Subscription.objects.get(pk=subscription_id)


def end_left(subscription_id: int, *, now: datetime) -> None:
    """The member has signed out in that browser."""
    _end([subscription_id], "left", now)


def end_gone(endpoints: Iterable[str], *, now: datetime) -> int:
    """Browsers that their service knows no more; returns how many."""
    rows = live().filter(endpoint__in=list(endpoints)).values_list("pk", flat=True)
    return _end(list(rows), "gone", now)


def _end(ids: list[int], why: str, now: datetime, *, member_id: int | None = None) -> int:
    rows = live().filter(pk__in=ids)
    if member_id is not None:
        rows = rows.filter(member_id=member_id)
    return rows.update(ended_at=now, ended_why=why)
