"""Designated units and their prices, budgets, orders, invoices, claims and what came of them."""

from cityloop.works.models.claims import Claim, ClaimNote, NoteKind, Payment
from cityloop.works.models.lists import BudgetLine, Designation, PriceItem
from cityloop.works.models.orders import (
    Exceedance,
    Invoice,
    Order,
    OrderItem,
    OrderState,
    WorksRecord,
)

__all__ = [
    "BudgetLine",
    "Claim",
    "ClaimNote",
    "Designation",
    "Exceedance",
    "Invoice",
    "NoteKind",
    "Order",
    "OrderItem",
    "OrderState",
    "Payment",
    "PriceItem",
    "WorksRecord",
]
