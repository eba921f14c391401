# ruff: noqa: E501 (a table: one row, one line)
"""The desks as one table: a row per post, with its boxes and columns in order and its bulk steps.

Who holds several posts works at the union of their desks, in the order of the table. What a desk
offers is a wish: the life cycle and the flow of the city say which steps somebody may take.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from cityloop.desks import boxes
from cityloop.desks.boxes import BY_KEY, Box
from cityloop.kernel.actor import Actor

USUAL = "light number class place status unit channel reported rounds"
COUNTER = "light number class place status channel reported community"
HANDLING = "light number class place status worker reported reworks"
CHASING = "light number class place status unit reported dispatches returns reworks"
DISTRICT = CHASING.replace("status", "status origin")


@dataclass(frozen=True, slots=True)
class Desk:
    """One post's desk: keys of boxes, columns and bulk steps, each in order."""

    key: str
    title: Promise
    posts: frozenset[str]
    boxes: tuple[str, ...]
    columns: tuple[str, ...]
    bulk: tuple[str, ...]


def _desk(key: str, title: Promise, posts: str, held: str, columns: str, bulk: str = "") -> Desk:
    return Desk(
        key, title, frozenset(posts.split()), tuple(held.split()), tuple(columns.split()),
        tuple(bulk.split()),
    )  # fmt: skip


# fmt: off
DESKS = (
    _desk("inspection", pgettext_lazy("desk", "Inspection"), "inspector team_inspector",
          "to_verify to_check to_recheck mine soon overdue", COUNTER),
    _desk("station", pgettext_lazy("desk", "Community station"), "community_station",
          "to_verify", COUNTER),
    _desk("acceptance", pgettext_lazy("desk", "Acceptance"), "acceptor",
          "to_accept no_photo verifying to_file handled checking to_review reopened requests mine rejected voided soon overdue",
          COUNTER, "accept send_verify send_check"),
    _desk("shift", pgettext_lazy("desk", "Shift leader"), "shift_leader",
          "to_file voiding checking to_close review_public requests escalated reopened due_in_shift mine voided soon overdue",
          USUAL, "close approve_void review_case"),
    _desk("dispatch", pgettext_lazy("desk", "Dispatch"), "dispatcher",
          "to_dispatch returned coordinating to_rework handling with_units handled checking requests held answer_owed circling mine soon overdue",
          "light number class place status unit reported dispatches returns reworks", "dispatch send_check rework"),
    _desk("district", pgettext_lazy("desk", "District platform"), "district_platform",
          "to_dispatch given our_own handling requests mine overdue", DISTRICT, "dispatch"),
    _desk("unit", pgettext_lazy("desk", "Unit"), "unit_desk",
          "called to_receive to_assist unassigned handling to_confirm requests held answer_owed mine soon overdue",
          HANDLING, "receive"),
    _desk("work", pgettext_lazy("desk", "Handling"), "worker",
          "my_work called mine soon overdue", HANDLING),
    _desk("supervision", pgettext_lazy("desk", "Supervision"), "supervisor",
          "elsewhere returned coordinating requests held backlog answer_owed answered circling reworked substituted escalated mine soon overdue overdue_twice",
          CHASING, "urge"),
    _desk("evaluation", pgettext_lazy("desk", "Evaluation"), "evaluator",
          "held reworked rejected voided overdue overdue_twice", CHASING),
    _desk("leadership", pgettext_lazy("desk", "Leader"), "leader",
          "red coordinating requests held backlog answer_owed answered escalated mine overdue overdue_twice",
          CHASING, "urge"),
    _desk("company", pgettext_lazy("desk", "Inspection company"), "company_manager",
          "rejected overdue", COUNTER),
    _desk("office", pgettext_lazy("desk", "Administration"), "administrator",
          "", USUAL),
)
# fmt: on
# A light terminal offers its few steps only: of a desk's boxes those that these fill.
TERMINAL = frozenset(
    (
        "my_work",
        "to_receive",
        "to_assist",
        "unassigned",
        "handling",
        "to_confirm",
        "answer_owed",
        "overdue",
    )
)  # fmt: skip
# Work of a person or a unit: shown to nobody whose desk does not hold it.
PERSONAL = frozenset(
    ("to_verify", "to_check", "to_recheck", "to_assist", "my_work", "called", "mine")
)


def of(actor: Actor) -> tuple[Desk, ...]:
    """The desks of the actor's posts, in table order."""
    return tuple(desk for desk in DESKS if desk.posts & actor.roles)


def boxes_of(actor: Actor) -> tuple[list[Box], list[Box]]:
    """(the actor's own boxes, the others that say something to them): own ones in the order of
    their desks. A terminal has those of its few steps."""
    own = [BY_KEY[key] for key in _once(desk.boxes for desk in of(actor))]
    if actor.terminal:
        return [box for box in own if box.key in TERMINAL], []
    rest = [
        box for box in boxes.BOXES if box not in own and box.counted and box.key not in PERSONAL
    ]
    return own, rest


def columns_of(actor: Actor) -> tuple[str, ...]:
    """The columns of the actor's lists: of one desk its own, of several the usual ones."""
    found = of(actor)
    return found[0].columns if len(found) == 1 else tuple(USUAL.split())


def bulk_of(actor: Actor) -> tuple[str, ...]:
    """The steps that the actor's desks take for several cases at once."""
    return tuple(_once(desk.bulk for desk in of(actor)))


def _once(keys: Iterable[tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(key for some in keys for key in some))
