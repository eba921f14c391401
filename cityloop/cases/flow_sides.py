"""Which steps one role must not hold together: whoever does a thing does not judge it.

Roles, not persons: guards see to it that one person with several posts does not, either.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from cityloop.cases import lifecycle
from cityloop.cases.flow import Parameters
from cityloop.cases.lifecycle import BY_ACTION, NEW, STEPS
from cityloop.kernel.actor import ROLES

OF_UNITS = frozenset({"unit_desk", "worker"})
# Who finds a problem has not yet judged it: finding is open to both sides.
JUDGING = tuple(s for s in STEPS if s.side == lifecycle.J and NEW not in s.source)
HANDLING = tuple(s for s in STEPS if s.side == lifecycle.H)
# Whose duty a case is, and what goes past the dispatcher's rights, is decided above who dispatches;
# by no judge either, also where the table calls the step neutral.
ABOVE_DISPATCH = ("decide", "name_liable", "dispatch_by_order", "substitute")
# For nobody who handles or dispatches: what undoes a judgement or a grant, what puts who is late
# under pressure, what says that an answer is good enough.
OVERSEEING = {
    "reopen": lazy("undoes what others judged"),
    "resume_early": lazy("ends what others granted"),
    "give_notice": lazy("is given to those who handle"),
    "accept_reply": lazy("judges the answer of those who handle"),
    "send_back_reply": lazy("judges the answer of those who handle"),
}
# No role holds a step of both sides: (steps, steps, why).
APART = (
    (("reply",), ("accept_reply", "send_back_reply"),
     lazy("who answers an order does not judge the answer")),
    (("support_deferral",), ("approve_deferral",), lazy("two approvals are of two posts")),
    (("support_appeal",), ("approve_appeal",), lazy("two approvals are of two posts")),
    (("send_verify",), ("verified", "not_found"),
     lazy("who chooses the one that goes does not go")),
    (("send_check",), ("check_passed", "check_failed"),
     lazy("who chooses the one that goes does not go")),
    (("check_passed", "recheck_confirmed", "recheck_false"), ("close", "force_close"),
     lazy("who inspects a case does not close it")),
    (("self_handle",), ("review_passed", "review_failed"),
     lazy("who handles on the spot does not review it")),
)  # fmt: skip


def together(flow: Parameters) -> Iterator[str]:
    """A sentence for each role that holds what must stay apart."""
    yield from _on_both_sides(flow)
    yield from _over_themselves(flow)
    yield from _pairs(flow)
    yield from _check_sent_by_handlers(flow)


def _held(role: str, flow: Parameters, actions: tuple[str, ...]) -> list[str]:
    return [action for action in actions if role in BY_ACTION[action].roles_in(flow)]


def _handling_roles(flow: Parameters) -> set[str]:
    """Who dispatches or works; not who decides above them."""
    below = (step for step in HANDLING if step.action not in ABOVE_DISPATCH)
    return {role for step in below for role in step.roles_in(flow)} - {"system"}


def _on_both_sides(flow: Parameters) -> Iterator[str]:
    """Nobody judges what they handled; merged posts are persons with several roles."""
    for role in ROLES:
        judges = [s.action for s in JUDGING if role in s.roles_in(flow)]
        handles = [
            s.action for s in STEPS
            if (s.side == lifecycle.H or s.action in ABOVE_DISPATCH) and role in s.roles_in(flow)
        ]  # fmt: skip
        if judges and handles and role != "system":
            yield _("%(role)s both judges (%(judges)s) and handles (%(handles)s)") % {
                "role": role, "judges": ", ".join(judges), "handles": ", ".join(handles),
            }  # fmt: skip


def _over_themselves(flow: Parameters) -> Iterator[str]:
    """Nobody decides about what they dispatched, nor oversees what they handle."""
    dispatching = set(BY_ACTION["dispatch"].roles_in(flow)) - {"system"}
    for action in ABOVE_DISPATCH:
        for role in BY_ACTION[action].roles_in(flow):
            if role in dispatching:
                yield _("%(role)s dispatches: %(action)s is for who stands above that") % {
                    "role": role, "action": action,
                }  # fmt: skip
    handling = _handling_roles(flow) | OF_UNITS
    for action, why in OVERSEEING.items():
        for role in BY_ACTION[action].roles_in(flow):
            if role in handling:
                yield _("%(role)s handles: %(action)s %(why)s") % {
                    "role": role, "action": action, "why": why,
                }  # fmt: skip


def _pairs(flow: Parameters) -> Iterator[str]:
    for some, others, why in APART:
        for role in ROLES:
            one, other = _held(role, flow, some), _held(role, flow, others)
            if one and other and role != "system":
                yield _("%(role)s takes %(one)s and %(other)s: %(why)s") % {
                    "role": role, "one": ", ".join(one), "other": ", ".join(other), "why": why,
                }  # fmt: skip


def _check_sent_by_handlers(flow: Parameters) -> Iterator[str]:
    """Dispatchers may call for a check, but not alone: they would choose who judges their work."""
    sending = set(BY_ACTION["send_check"].roles_in(flow)) - {"system"}
    if sending and sending <= _handling_roles(flow):
        yield _("send_check: who handles would alone choose who checks it (%(roles)s)") % {
            "roles": ", ".join(sorted(sending))
        }
