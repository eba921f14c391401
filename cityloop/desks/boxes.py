# ruff: noqa: E501 (a table: one row, one line)
"""The boxes of the desks as one table: what waits, for which roles, and by which condition.

The counter on the start page and the list behind it use the same condition, so they always agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import (
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Value,
)
from django.db.models.lookups import LessThan
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from cityloop.cases import queries, requests
from cityloop.cases.models import HELD, OPEN, Status, Task
from cityloop.kernel.actor import Actor
from cityloop.people.roles import UNIT_ROLES

Condition = Callable[[Actor, datetime], Q]
S = Status


def at(*statuses: str) -> Condition:
    """Cases at one of these statuses."""
    return lambda actor, now: Q(status__in=statuses)


def ours(condition: Condition, *, part: bool = False) -> Condition:
    """Of a unit's own people: the cases that it leads; with `part` those, too, in which it owes
    something. What it only had once, or sees for other reasons, waits for others."""

    def limited(actor: Actor, now: datetime) -> Q:
        return condition(actor, now) & _led(actor, part=part)

    return limited


def _led(actor: Actor, *, part: bool) -> Q:
    units = actor.organisation_ids
    if units is None or not actor.roles or actor.roles - UNIT_ROLES:
        return Q()
    held = Task.objects.filter(case=OuterRef("pk"), closed_at=None).filter(own_task(actor))
    return Q(lead_id__in=sorted(units)) | (Q(Exists(held)) if part else Q(pk__in=()))


def own_task(actor: Actor) -> Q:
    """Tasks of the actor in person, and sub-tasks of their unit."""
    units = actor.organisation_ids
    below = [actor.organisation_id] if units is None else sorted(units)
    return Q(member_id=actor.member_id or 0) | (Q(organisation_id__in=below) & ~Q(what=""))


def with_task(kind: str, *, own: bool) -> Condition:
    """Cases with an open task of this kind: the actor's own, or whoever holds it."""

    def condition(actor: Actor, now: datetime) -> Q:
        held = Task.objects.filter(case=OuterRef("pk"), kind=kind, closed_at=None)
        return Q(Exists(held.filter(own_task(actor)) if own else held))

    return condition


def to_be_reviewed(actor: Actor, now: datetime) -> Q:
    """Public cases before closing that nobody has reviewed since their check."""
    return queries.of_the_public() & Q(status=S.CHECKED, reviewed_at=None)


def to_dispatch(actor: Actor, now: datetime) -> Q:
    """Filed and not yet dispatched; of a chain of platforms, what the actor's own one holds."""
    held = Q(holder__in=[number for number, _kind in actor.platforms])
    if not actor.roles & {"district_platform"} or "dispatcher" in actor.roles:
        held |= Q(holder=None)  # what the one hall of the city dispatches
    return Q(status=S.FILED) & held


def elsewhere(actor: Actor, now: datetime) -> Q:
    """Filed, and with another platform."""
    return Q(status=S.FILED, holder__isnull=False) & ~to_dispatch(actor, now)


def returned(actor: Actor, now: datetime) -> Q:
    """Waiting for the dispatcher after a unit gave the case back."""
    return Q(status=S.FILED, returns__gt=0)


def own_work(actor: Actor, now: datetime) -> Q:
    """With a unit, and assigned to the actor in person."""
    return Q(status=S.HANDLING, worker_id=actor.member_id)


def unassigned(actor: Actor, now: datetime) -> Q:
    """Received by the unit, nobody named yet."""
    return Q(status=S.HANDLING, worker=None)


def answer_owed(actor: Actor, now: datetime) -> Q:
    """A supervision order waits for its answer."""
    return Q(answer_owed=True) & Q(status__in=OPEN)


def answered(actor: Actor, now: datetime) -> Q:
    """The actor's own supervision order has its answer, which waits to be judged."""
    held = Task.objects.filter(case=OuterRef("pk"), kind="order", closed_at=None)
    return Q(Exists(held.filter(own_answer(actor))))


def own_answer(actor: Actor) -> Q:
    """Orders of the actor that have an answer."""
    return Q(result="replied", asked__by=actor.member_id or 0)


def overdue(actor: Actor, now: datetime) -> Q:
    """The clock of the present stage has run out."""
    return Q(due_at__lt=now) & Q(status__in=OPEN)


def soon(actor: Actor, now: datetime) -> Q:
    """The light is yellow: a quarter of the time is left, or less."""
    return Q(yellow_at__lte=now, due_at__gte=now) & Q(status__in=OPEN)


def circling(actor: Actor, now: datetime) -> Q:
    """Dispatched twice or more and still open."""
    return Q(dispatches__gte=2) & Q(status__in=OPEN)


def escalated(actor: Actor, now: datetime) -> Q:
    """Raised by the clock and still open."""
    return Q(escalations__gt=0) & Q(status__in=OPEN)


def red(actor: Actor, now: datetime) -> Q:
    """What a leader looks at first: raised by the clock, grave, told by a leader, an answer owed,
    or late by the whole limit again."""
    again = ExpressionWrapper((F("due_at") - F("yellow_at")) * 4, DurationField())
    end = ExpressionWrapper(F("due_at") + again, DateTimeField())
    twice = Q(yellow_at__lt=F("due_at")) & LessThan(end, Value(now))
    named = Q(escalations__gt=0) | Q(level=4) | Q(channel="leader") | Q(answer_owed=True)
    return (named | twice) & Q(status__in=OPEN)


def substituted(actor: Actor, now: datetime) -> Q:
    """With a designated unit instead of the one that should have acted."""
    return Q(substituted=True) & Q(status__in=OPEN)


def asked(actor: Actor, now: datetime) -> Q:
    """Somebody asked for something, and one of the actor's posts is to speak or decide."""
    held = Task.objects.filter(case=OuterRef("pk"), closed_at=None, kind__in=requests.BY_KIND)
    return Q(Exists(held.filter(own_request(actor))))


def own_request(actor: Actor) -> Q:
    """Requests for a post of the actor; those of a platform's cases for that platform's alone."""
    posts = [role for role in requests.ROLES if requests.posts_of(role) & actor.roles]
    platforms = [number for number, _kind in actor.platforms]
    elsewhere = Q(role="dispatcher", organisation__isnull=False)
    return Q(role__in=posts) & (~elsewhere | Q(organisation__in=platforms))


def backlog(actor: Actor, now: datetime) -> Q:
    """Deferred for so long that it counts as backlog."""
    return Q(status=S.DEFERRED, backlog_at__isnull=False)


@dataclass(frozen=True, slots=True)
class Box:
    """A counter and the list behind it; `roles` are those for whom it is today's work."""

    key: str
    label: str | Promise
    icon: str
    condition: Condition
    roles: frozenset[str]
    alert: bool = False
    task: str = ""  # counted by open tasks of these kinds, not by status
    own: bool = False  # ... of the actor in person
    asked: bool = False  # ... that wait for one of the actor's roles
    judged: bool = False  # ... with an answer that the actor is to judge


def _box(
    key: str, label: Promise, icon: str, condition: Condition, roles: str, *, alert: bool = False
) -> Box:
    return Box(key, label, icon, condition, frozenset(roles.split()), alert)


def _task_box(
    key: str, label: Promise, icon: str, kind: str, roles: str, *, own: bool = False
) -> Box:
    held = with_task(kind, own=own)
    return Box(key, label, icon, held, frozenset(roles.split()), task=kind, own=own)


def tasks_of(box: Box, actor: Actor) -> Q:
    """The tasks that a box counts, as a condition on tasks."""
    found = Q(kind__in=box.task.split())
    if box.own:
        found &= own_task(actor)
    if box.judged:
        found &= own_answer(actor)
    return found & own_request(actor) if box.asked else found


def _request_box(key: str, label: Promise, icon: str, roles: str) -> Box:
    kinds = " ".join(requests.BY_KIND)
    return Box(key, label, icon, asked, frozenset(roles.split()), task=kinds, asked=True)


# fmt: off
BOXES = (
    _task_box("to_verify", pgettext_lazy("box", "For me to verify"),   "scan-search",     "verify",               "inspector team_inspector community_station", own=True),
    _task_box("to_check", pgettext_lazy("box", "For me to check"),     "scan-eye",        "check",                "inspector team_inspector", own=True),
    _task_box("to_recheck", pgettext_lazy("box", "For me to re-inspect"), "shuffle",      "recheck",              "inspector team_inspector", own=True),
    _box("to_accept",    pgettext_lazy("box", "To accept"),            "inbox",           at(S.REPORTED),         "acceptor"),
    _box("verifying",    pgettext_lazy("box", "Verifying"),            "scan-search",     at(S.VERIFYING),        "acceptor"),
    _box("to_file",      pgettext_lazy("box", "To file"),              "file-check",      at(S.ACCEPTED),         "shift_leader acceptor"),
    _box("voiding",      pgettext_lazy("box", "Void requested"),       "file-x",          at(S.VOIDING),          "shift_leader"),
    _box("to_dispatch",  pgettext_lazy("box", "To dispatch"),          "send",            to_dispatch,            "dispatcher district_platform"),
    _box("elsewhere",    pgettext_lazy("box", "With other platforms"), "network",         elsewhere,              "supervisor"),
    _box("returned",     pgettext_lazy("box", "Returned by units"),    "undo-2",          returned,               "dispatcher supervisor"),
    _box("coordinating", pgettext_lazy("box", "In coordination"),      "scale",           at(S.COORDINATING),     "dispatcher supervisor leader", alert=True),
    _box("to_rework",    pgettext_lazy("box", "To send to rework"),    "rotate-ccw",      at(S.CHECK_FAILED),     "dispatcher"),
    _box("my_work",      pgettext_lazy("box", "Assigned to me"),       "hard-hat",        own_work,               "worker"),
    _task_box("called",  pgettext_lazy("box", "Dispatched to me, on duty"), "phone-incoming", "handle",             "worker unit_desk", own=True),
    _box("to_receive",   pgettext_lazy("box", "To receive"),           "mailbox",         ours(at(S.DISPATCHED)), "unit_desk"),
    _task_box("to_assist", pgettext_lazy("box", "For us to assist"),   "handshake",       "assist",               "unit_desk", own=True),
    _box("unassigned",   pgettext_lazy("box", "To assign"),            "user-plus",       ours(unassigned),       "unit_desk"),
    _box("handling",     pgettext_lazy("box", "Handling"),             "hammer",          ours(at(S.HANDLING)),   "unit_desk dispatcher district_platform"),
    _box("to_confirm",   pgettext_lazy("box", "To confirm"),           "clipboard-check", ours(at(S.HANDED_IN)),  "unit_desk"),
    _box("handled",      pgettext_lazy("box", "To send to check"),     "package-check",   at(S.HANDLED),          "acceptor dispatcher"),
    _box("checking",     pgettext_lazy("box", "Checking"),             "scan-eye",        at(S.CHECKING),         "acceptor dispatcher shift_leader"),
    _box("to_close",     pgettext_lazy("box", "To close"),             "badge-check",     at(S.CHECKED),          "shift_leader"),
    _box("review_public", pgettext_lazy("box", "Public cases to review"), "list-checks", to_be_reviewed,         "shift_leader"),
    _task_box("to_review", pgettext_lazy("box", "Sampled review"),     "list-checks",     "review",               "acceptor"),
    _request_box("requests", pgettext_lazy("box", "Requests to decide"), "stamp",                                      "unit_desk dispatcher district_platform shift_leader supervisor leader acceptor"),
    _box("held",         pgettext_lazy("box", "Suspended or deferred"), "circle-pause",    at(*HELD),              "supervisor leader dispatcher unit_desk evaluator"),
    _box("backlog",      pgettext_lazy("box", "Backlog"),              "archive",         backlog,                "supervisor leader", alert=True),
    _box("answer_owed",  pgettext_lazy("box", "Ordered, answer owed"),   "megaphone",       answer_owed,            "dispatcher unit_desk supervisor leader", alert=True),
    Box("answered",      pgettext_lazy("box", "Answers to my orders"), "reply",           answered,               frozenset({"supervisor", "leader"}), task="order", judged=True),
    _box("circling",     pgettext_lazy("box", "Dispatched repeatedly"), "repeat-2",       circling,               "supervisor dispatcher"),
    _box("substituted",  pgettext_lazy("box", "Substitute works"),     "shovel",          substituted,            "supervisor"),
    _box("escalated",    pgettext_lazy("box", "Escalated"),            "flame",           escalated,              "supervisor leader shift_leader", alert=True),
    _box("red",          pgettext_lazy("box", "Red matters"),          "siren",           red,                    "leader", alert=True),
    _box("soon",         pgettext_lazy("box", "Running out"),          "clock-alert",     ours(soon, part=True),  "acceptor shift_leader dispatcher unit_desk worker inspector team_inspector supervisor"),
    _box("overdue",      pgettext_lazy("box", "Overdue"),              "octagon-alert",   ours(overdue, part=True), "acceptor shift_leader dispatcher unit_desk worker inspector team_inspector supervisor leader district_platform evaluator company_manager", alert=True),
)
# fmt: on
TERMINAL = frozenset(
    {
        "my_work",
        "to_receive",
        "to_assist",
        "unassigned",
        "handling",
        "to_confirm",
        "answer_owed",
        "overdue",
    }
)  # fmt: skip
BY_KEY = {box.key: box for box in BOXES}
# These hold other cases for each person; all others the same for all who see the same.
PERSONAL = frozenset({"my_work", *(box.key for box in BOXES if box.own or box.judged)})


def statuses_in(condition: Q) -> frozenset[str] | None:
    """The statuses outside of which the condition never holds; None where it names none."""
    found: list[frozenset[str]] = []
    for child in condition.children if _all_must_hold(condition) else ():
        if isinstance(child, Q):
            inner = statuses_in(child)
            found += [inner] if inner is not None else []
        elif isinstance(child, tuple) and child[0] == "status":
            found.append(frozenset({str(child[1])}))
        elif isinstance(child, tuple) and child[0] == "status__in":
            found.append(frozenset(map(str, child[1])))
    return frozenset.intersection(*found) if found else None


def _all_must_hold(condition: Q) -> bool:
    return not condition.negated and (condition.connector == Q.AND or len(condition.children) == 1)


def of(actor: Actor) -> tuple[list[Box], list[Box]]:
    """(the actor's own boxes, the others that say something to them), in table order.

    Boxes of personal work are shown to nobody else; a terminal has those of its few steps.
    """
    if actor.terminal:
        return [box for box in BOXES if box.roles & actor.roles and box.key in TERMINAL], []
    own = [box for box in BOXES if box.roles & actor.roles]
    personal = {"to_verify", "to_check", "to_recheck", "to_assist", "my_work", "called"}
    rest = [box for box in BOXES if box not in own and box.key not in personal]
    return own, rest
