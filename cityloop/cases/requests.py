"""What may be asked for a case: one row a kind, with the roles that are asked in turn.

A request is an open task of its kind, held by the role that is asked now; `Task.asked` keeps what
is wanted and who has spoken. Actions are named after the kind: ask_extension, approve_deferral.
"""

from __future__ import annotations

from dataclasses import dataclass

from cityloop.cases.models import TaskKind


@dataclass(frozen=True, slots=True)
class Request:
    """One kind; who speaks for it passes it to the next role of the chain, the last decides."""

    kind: str
    chain: tuple[str, ...]

    def after(self, role: str) -> str:
        """Who is asked after this role; whoever stands outside the chain asks its first."""
        return self.chain[self.chain.index(role) + 1 if role in self.chain else 0]


TABLE = (
    Request(TaskKind.EXTENSION.value, ("unit_desk", "dispatcher", "leader")),  # time-rules 5.3
    Request(TaskKind.LONG_LIMIT.value, ("shift_leader",)),
    Request(TaskKind.SUSPENSION.value, ("supervisor",)),
    Request(TaskKind.DEFERRAL.value, ("dispatcher", "leader")),
    Request(TaskKind.APPEAL.value, ("dispatcher", "acceptor")),  # time-rules 5.8
)
BY_KIND = {row.kind: row for row in TABLE}
ANSWERS = ("pass", "advise", "support", "approve", "refuse")  # what a request may be met with
ROLES = tuple(dict.fromkeys(role for row in TABLE for role in row.chain))


def posts_of(role: str) -> frozenset[str]:
    """The posts that answer a request for this role: the dispatcher's, the platform's too that
    dispatches in their place (guards.platform_holds says which)."""
    return frozenset({role, "district_platform"} if role == "dispatcher" else {role})


def kind_of(action: str) -> str:
    """The kind of request that an action is about: the name behind its verb."""
    return action.partition("_")[2]
