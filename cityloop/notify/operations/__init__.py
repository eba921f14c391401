"""Every write of notify."""

from cityloop.notify.operations.delivering import deliver, queue_due, take_receipt
from cityloop.notify.operations.ordering import Recipient, mark_read, order, tell
from cityloop.notify.operations.wordings import set_wording

__all__ = [
    "Recipient",
    "deliver",
    "mark_read",
    "order",
    "queue_due",
    "set_wording",
    "take_receipt",
    "tell",
]
