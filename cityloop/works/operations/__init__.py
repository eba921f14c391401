"""Every write of substitute works."""

from cityloop.works.operations.claims import (
    note_claim,
    open_claim,
    record_payment,
    send_notice,
    write_off,
)
from cityloop.works.operations.lists import designate, end_designation, set_budget, set_price
from cityloop.works.operations.orders import (
    OrderLine,
    cancel_order,
    follow_case,
    price_order,
    record_invoice,
)

__all__ = [
    "OrderLine",
    "cancel_order",
    "designate",
    "end_designation",
    "follow_case",
    "note_claim",
    "open_claim",
    "price_order",
    "record_invoice",
    "record_payment",
    "send_notice",
    "set_budget",
    "set_price",
    "write_off",
]
