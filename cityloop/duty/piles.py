"""The piles of a hall by the status of a case, in the order in which they are handed over."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from cityloop.cases.models import Status

S = Status


@dataclass(frozen=True, slots=True)
class Pile:
    """Open cases that wait for the same thing."""

    key: str
    label: str | Promise
    statuses: tuple[str, ...]


# fmt: off
PILES = (
    Pile("accept",   pgettext_lazy("pile", "To accept"),           (S.REPORTED,)),
    Pile("verify",   pgettext_lazy("pile", "Being verified"),      (S.VERIFYING,)),
    Pile("file",     pgettext_lazy("pile", "To file"),             (S.ACCEPTED,)),
    Pile("void",     pgettext_lazy("pile", "Void requested"),      (S.VOIDING,)),
    Pile("dispatch", pgettext_lazy("pile", "To dispatch"),         (S.FILED,)),
    Pile("dispute",  pgettext_lazy("pile", "Disputed"),            (S.COORDINATING,)),
    Pile("unit",     pgettext_lazy("pile", "With the units"),      (S.DISPATCHED, S.HANDLING, S.HANDED_IN)),  # noqa: E501
    Pile("check",    pgettext_lazy("pile", "To check"),            (S.HANDLED, S.CHECKING)),
    Pile("rework",   pgettext_lazy("pile", "To rework"),           (S.CHECK_FAILED,)),
    Pile("close",    pgettext_lazy("pile", "To close"),            (S.CHECKED,)),
    Pile("held",     pgettext_lazy("pile", "Suspended, deferred"), (S.SUSPENDED, S.DEFERRED)),
)
# fmt: on
BY_KEY = {pile.key: pile for pile in PILES}
OF_STATUS = {status: pile.key for pile in PILES for status in pile.statuses}
# What is asked for beside the pile: an overdue case is urgent wherever it lies.
MARKS = {
    "overdue": pgettext_lazy("mark", "Overdue"),
    "urged": pgettext_lazy("mark", "Urged, answer owed"),
    "escalated": pgettext_lazy("mark", "Escalated"),
}
