"""Every write of discipline."""

from cityloop.discipline.operations.cards import (
    accept_answer,
    answer_card,
    approve_card,
    drop_lateness,
    refuse_card,
    send_answer_back,
    withdraw_card,
)
from cityloop.discipline.operations.fraud import (
    Accusation,
    appeal,
    decide_appeal,
    decide_fraud,
    record_fraud,
    state_case,
)
from cityloop.discipline.operations.proposing import propose_cards
from cityloop.discipline.operations.rechecks import draw, note
from cityloop.discipline.operations.rules import Terms, set_rule
from cityloop.discipline.operations.samples import (
    answer_judgement,
    draw_decisions,
    drawn_of,
    judge_decision,
)

__all__ = [
    "Accusation",
    "Terms",
    "accept_answer",
    "answer_card",
    "answer_judgement",
    "appeal",
    "approve_card",
    "decide_appeal",
    "decide_fraud",
    "draw",
    "draw_decisions",
    "drawn_of",
    "drop_lateness",
    "judge_decision",
    "note",
    "propose_cards",
    "record_fraud",
    "refuse_card",
    "send_answer_back",
    "set_rule",
    "state_case",
    "withdraw_card",
]
