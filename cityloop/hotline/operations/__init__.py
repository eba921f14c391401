"""Every write of the hotline."""

from cityloop.hotline.operations.calls import (
    CallEvent,
    NotTheirs,
    SameCall,
    link_report,
    note_call,
    sign_off,
    sign_on,
    tell,
)
from cityloop.hotline.operations.orders import import_orders, note_result

__all__ = [
    "CallEvent",
    "NotTheirs",
    "SameCall",
    "import_orders",
    "link_report",
    "note_call",
    "note_result",
    "sign_off",
    "sign_on",
    "tell",
]
