# ruff: noqa: E501 (a table: one row, one line)
"""The boxes of the desks as one table: what waits, and by which condition. Whose they are, and in
which order, says desks.py.

The counter on the start page and the list behind it use the same condition, so they always agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import (
    BooleanField,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    Value,
)
from django.db.models.lookups import LessThan
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from cityloop.cases import queries, requests
from cityloop.cases.models import HELD, OPEN, Attachment, CaseEvent, Status, Task
from cityloop.desks import shift
from cityloop.kernel.actor import Actor
from cityloop.people.roles import UNIT_ROLES

Condition = Callable[[Actor, datetime], Q]
S = Status
ON_SITE = frozenset({"inspector", "team_inspector", "community_station"})
MINE, ENDED = timedelta(days=30), timedelta(days=30)  # so far back what was done is listed


def at(*statuses: str) -> Condition:
    """Cases at one of these statuses."""
    return lambda actor, now: Q(status__in=statuses)


def ours(condition: Condition, *, part: bool = False) -> Condition:
    """Of a unit's own people: the cases that it leads; with `part` those, too, in which it owes
    something. Of who looks on site: what was given to them. What they only had once, or see for
    other reasons, waits for others."""

    def limited(actor: Actor, now: datetime) -> Q:
        return condition(actor, now) & _led(actor, part=part)

    return limited


def _led(actor: Actor, *, part: bool) -> Q:
    held = Task.objects.filter(case=OuterRef("pk"), closed_at=None).filter(own_task(actor))
    if actor.roles and actor.roles <= ON_SITE:  # who looks on site owes what was given to them
        return Q(Exists(held))
    units = actor.organisation_ids
    if units is None or not actor.roles or actor.roles - UNIT_ROLES:
        return Q()
    return Q(lead_id__in=sorted(units)) | (Q(Exists(held)) if part else Q(pk__in=()))


def own_task(actor: Actor) -> Q:
    """Tasks of the actor in person, and sub-tasks of their unit."""
    mine = Q(organisation_id__in=sorted(actor.own_units)) & ~Q(what="")
    return Q(member_id=actor.member_id or 0) | mine


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


def _held_by_us(actor: Actor) -> Q:
    return Q(status__in=OPEN, holder__in=[number for number, _kind in actor.platforms])


# Another platform than the holder has used some of its share: command.came_from, said in SQL.
_CAME = Func(
    F("platforms"), F("holder_id"), function="jsonb_path_exists", output_field=BooleanField(),
    template="%(function)s(%(expressions)s))",
    arg_joiner=", 'strict $[*] ? (@[1] != $h && exists(@[2]))', jsonb_build_object('h', ",
)  # fmt: skip


def given(actor: Actor, now: datetime) -> Q:
    """Open, with the actor's platform, to which another platform passed it."""
    return _held_by_us(actor) & Q(_CAME)


def our_own(actor: Actor, now: datetime) -> Q:
    """Open, and with the actor's platform from the beginning."""
    return _held_by_us(actor) & ~Q(_CAME)


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


def overdue_twice(actor: Actor, now: datetime) -> Q:
    """Late by the whole limit again, or more: the light is purple. From yellow to the deadline is a
    quarter of the limit."""
    by_limits = (F("due_at") - F("yellow_at")) * 4
    return Q(due_at__gt=F("yellow_at"), due_at__lte=now - by_limits) & Q(status__in=OPEN)


def no_photo(actor: Actor, now: datetime) -> Q:
    """Reported without a picture: to be looked at before it is accepted."""
    pictures = Attachment.objects.filter(
        case=OuterRef("pk"), stage__in=("report", "verify"), file__media_type__startswith="image/"
    )
    return Q(status__in=(S.REPORTED, S.VERIFYING)) & ~Q(Exists(pictures))


def reworked(actor: Actor, now: datetime) -> Q:
    """Sent to rework more than once and still open."""
    return Q(reworks__gt=1) & Q(status__in=OPEN)


def reopened(actor: Actor, now: datetime) -> Q:
    """Of the public, opened again after it was closed: somebody is not content."""
    opened = CaseEvent.objects.filter(case=OuterRef("pk"), action="reopen")
    return queries.of_the_public() & Q(status__in=OPEN) & Q(Exists(opened))


def mine(actor: Actor, now: datetime) -> Q:
    """The actor took a step in the last thirty days, whatever became of the case."""
    taken = CaseEvent.objects.filter(member_id=actor.member_id or 0, at__gte=now - MINE)
    return Q(pk__in=taken.values("case"))


def ended(status: str) -> Condition:
    """Reported in the last thirty days and ended like this."""
    return lambda actor, now: Q(status=status, reported_at__gte=now - ENDED)


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
    """A counter and the list behind it."""

    key: str
    label: str | Promise
    icon: str
    condition: Condition
    alert: bool = False
    # False: a list to look things up in. Ended cases lie there too, or counting them would look up
    # the history of every open case.
    counted: bool = True
    task: str = ""  # counted by open tasks of these kinds, not by status
    own: bool = False  # ... of the actor in person
    asked: bool = False  # ... that wait for one of the actor's roles
    judged: bool = False  # ... with an answer that the actor is to judge


def _task_box(key: str, label: Promise, icon: str, kind: str, *, own: bool = False) -> Box:
    return Box(key, label, icon, with_task(kind, own=own), task=kind, own=own)


def tasks_of(box: Box, actor: Actor) -> Q:
    """The tasks that a box counts, as a condition on tasks."""
    found = Q(kind__in=box.task.split())
    if box.own:
        found &= own_task(actor)
    if box.judged:
        found &= own_answer(actor)
    return found & own_request(actor) if box.asked else found


# fmt: off
BOXES = (
    _task_box("to_verify", pgettext_lazy("box", "For me to verify"),   "scan-search",     "verify", own=True),
    _task_box("to_check", pgettext_lazy("box", "For me to check"),     "scan-eye",        "check", own=True),
    _task_box("to_recheck", pgettext_lazy("box", "For me to re-inspect"), "shuffle",      "recheck", own=True),
    Box("to_accept",    pgettext_lazy("box", "To accept"),            "inbox",           at(S.REPORTED)),
    Box("verifying",    pgettext_lazy("box", "Verifying"),            "scan-search",     at(S.VERIFYING)),
    Box("to_file",      pgettext_lazy("box", "To file"),              "file-check",      at(S.ACCEPTED)),
    Box("voiding",      pgettext_lazy("box", "Void requested"),       "file-x",          at(S.VOIDING)),
    Box("to_dispatch",  pgettext_lazy("box", "To dispatch"),          "send",            to_dispatch),
    Box("elsewhere",    pgettext_lazy("box", "With other platforms"), "network",         elsewhere),
    Box("given",        pgettext_lazy("box", "Given to us"),           "arrow-down-to-line", given, counted=False),
    Box("our_own",      pgettext_lazy("box", "Our own"),               "house",           our_own, counted=False),
    Box("returned",     pgettext_lazy("box", "Returned by units"),    "undo-2",          returned),
    Box("coordinating", pgettext_lazy("box", "In coordination"),      "scale",           at(S.COORDINATING), alert=True),
    Box("to_rework",    pgettext_lazy("box", "To send to rework"),    "rotate-ccw",      at(S.CHECK_FAILED)),
    Box("my_work",      pgettext_lazy("box", "Assigned to me"),       "hard-hat",        own_work),
    _task_box("called",  pgettext_lazy("box", "Dispatched to me, on duty"), "phone-incoming", "handle", own=True),
    Box("to_receive",   pgettext_lazy("box", "To receive"),           "mailbox",         ours(at(S.DISPATCHED))),
    _task_box("to_assist", pgettext_lazy("box", "For us to assist"),   "handshake",       "assist", own=True),
    Box("unassigned",   pgettext_lazy("box", "To assign"),            "user-plus",       ours(unassigned)),
    Box("handling",     pgettext_lazy("box", "Handling"),             "hammer",          ours(at(S.HANDLING))),
    Box("with_units",   pgettext_lazy("box", "With the units"),        "users",           at(S.DISPATCHED, S.HANDLING, S.HANDED_IN), counted=False),
    Box("to_confirm",   pgettext_lazy("box", "To confirm"),           "clipboard-check", ours(at(S.HANDED_IN))),
    Box("handled",      pgettext_lazy("box", "To send to check"),     "package-check",   at(S.HANDLED)),
    Box("checking",     pgettext_lazy("box", "Checking"),             "scan-eye",        at(S.CHECKING)),
    Box("to_close",     pgettext_lazy("box", "To close"),             "badge-check",     at(S.CHECKED)),
    Box("review_public", pgettext_lazy("box", "Public cases to review"), "list-checks", to_be_reviewed),
    _task_box("to_review", pgettext_lazy("box", "Sampled review"),     "list-checks",     "review"),
    Box("requests", pgettext_lazy("box", "Requests to decide"), "stamp", asked, task=" ".join(requests.BY_KIND), asked=True),
    Box("held",         pgettext_lazy("box", "Suspended or deferred"), "circle-pause",    at(*HELD)),
    Box("backlog",      pgettext_lazy("box", "Backlog"),              "archive",         backlog, alert=True),
    Box("answer_owed",  pgettext_lazy("box", "Ordered, answer owed"),   "megaphone",       answer_owed, alert=True),
    Box("answered",      pgettext_lazy("box", "Answers to my orders"), "reply",           answered, task="order", judged=True),
    Box("circling",     pgettext_lazy("box", "Dispatched repeatedly"), "repeat-2",       circling),
    Box("substituted",  pgettext_lazy("box", "Substitute works"),     "shovel",          substituted),
    Box("escalated",    pgettext_lazy("box", "Escalated"),            "flame",           escalated, alert=True),
    Box("red",          pgettext_lazy("box", "Red matters"),          "siren",           red, alert=True),
    Box("soon",         pgettext_lazy("box", "Running out"),          "clock-alert",     ours(soon, part=True)),
    Box("overdue",      pgettext_lazy("box", "Overdue"),              "octagon-alert",   ours(overdue, part=True), alert=True),
    Box("overdue_twice", pgettext_lazy("box", "Overdue by the limit again"), "flame", overdue_twice, alert=True),
    Box("due_in_shift", pgettext_lazy("box", "Runs out before the shift ends"), "timer",   shift.due_before_it_ends, counted=False),
    Box("no_photo",     pgettext_lazy("box", "Without a photo"),       "image-off",       no_photo),
    Box("reworked",     pgettext_lazy("box", "Reworked more than once"), "refresh-ccw",   reworked),
    Box("reopened",     pgettext_lazy("box", "Opened again for the public"), "folder-open", reopened, counted=False),
    Box("mine",         pgettext_lazy("box", "I took part"),           "history",         mine, counted=False),
    Box("rejected",     pgettext_lazy("box", "Not accepted"),          "ban",             ended(S.REJECTED), counted=False),
    Box("voided",       pgettext_lazy("box", "Voided"),                "file-x",          ended(S.VOIDED), counted=False),
)
# fmt: on
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


def among_open(condition: Q) -> Q:
    """The condition as it is asked of open cases only: that they are open is not asked again."""
    if not _all_must_hold(condition):
        return condition
    children = [among_open(one) if isinstance(one, Q) else one for one in condition.children]
    return Q(*(one for one in children if one not in (("status__in", OPEN), Q())))


def _all_must_hold(condition: Q) -> bool:
    return not condition.negated and (condition.connector == Q.AND or len(condition.children) == 1)
