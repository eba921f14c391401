"""Every write of notify."""

from cityloop.notify.operations.asking import count_question, forget_questions
from cityloop.notify.operations.checking import draw_replies, judge_reply
from cityloop.notify.operations.delivering import deliver, queue_due, take_receipt
from cityloop.notify.operations.inviting import send_invitation
from cityloop.notify.operations.ordering import (
    Recipient,
    mark_read,
    order,
    tell,
    tell_members,
    tell_order_overdue,
    tell_recalled,
    tell_settled,
    tell_taken,
)
from cityloop.notify.operations.pushing import end_left, subscribe, unsubscribe
from cityloop.notify.operations.replies import CannotReply, send_owed, send_reply
from cityloop.notify.operations.wordings import set_wording

__all__ = [
    "CannotReply",
    "Recipient",
    "count_question",
    "deliver",
    "draw_replies",
    "end_left",
    "forget_questions",
    "judge_reply",
    "mark_read",
    "order",
    "queue_due",
    "send_invitation",
    "send_owed",
    "send_reply",
    "set_wording",
    "subscribe",
    "take_receipt",
    "tell",
    "tell_members",
    "tell_order_overdue",
    "tell_recalled",
    "tell_settled",
    "tell_taken",
    "unsubscribe",
]
