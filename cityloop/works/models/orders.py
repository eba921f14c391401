"""Orders to designated units, what they cost, and the record of every change."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from cityloop.works.models.lists import BudgetLine, PriceItem


class OrderState(models.TextChoices):
    """Where an order stands."""

    OPENED = "opened", pgettext_lazy("works order", "to price")
    PRICED = "priced", pgettext_lazy("works order", "priced")
    DONE = "done", pgettext_lazy("works order", "done")
    INVOICED = "invoiced", pgettext_lazy("works order", "invoiced")
    CANCELLED = "cancelled", pgettext_lazy("works order", "cancelled")


class Order(models.Model):
    """One substitution of a case, as work at a cost.

    `version` is the history line that ordered it: a line told twice makes one order. `committed` is
    what the order takes of its budget line: the priced total, then the invoice, nothing once
    cancelled.
    """

    number = models.CharField(max_length=32, unique=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    unit = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    liable = models.ForeignKey(
        "people.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True, default="")
    state = models.CharField(max_length=10, choices=OrderState.choices, default=OrderState.OPENED)
    budget_line = models.ForeignKey(
        BudgetLine, null=True, on_delete=models.PROTECT, related_name="orders"
    )
    total = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    committed = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "works_order"
        constraints = [
            models.UniqueConstraint("case", "version", name="order_once_a_line"),
            models.CheckConstraint(
                condition=Q(state__in=OrderState.values), name="order_state_known"
            ),
            models.CheckConstraint(condition=Q(committed__gte=0), name="order_commits_no_debt"),
            models.CheckConstraint(
                condition=~Q(state__in=[OrderState.PRICED, OrderState.INVOICED])
                | Q(total__isnull=False, budget_line__isnull=False),
                name="order_priced_has_total_and_budget",
            ),
            models.CheckConstraint(
                condition=~Q(state=OrderState.CANCELLED) | Q(committed=0),
                name="order_cancelled_costs_nothing",
            ),
        ]
        indexes = [models.Index(fields=["-opened_at", "-id"], name="order_latest")]

    def __str__(self) -> str:
        return self.number


class OrderItem(models.Model):
    """A line of an order; its price is the list's on the day of the order, whatever comes later.

    Work that no price list has carries the reason why it was needed.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="items")
    price_item = models.ForeignKey(PriceItem, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    measure = models.CharField(max_length=20)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    quantity = models.DecimalField(max_digits=10, decimal_places=2)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "works_order_item"
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gt=0, quantity__gt=0), name="order_item_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(price_item__isnull=False) | ~Q(reason=""),
                name="order_item_off_the_list_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.name}"


class Invoice(models.Model):
    """What the unit asks for its work; one an order, and a number of a unit only once."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="invoice")
    unit = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=60)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    issued_on = models.DateField()
    file = models.ForeignKey("kernel.StoredFile", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True, default="")  # where above the order
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "works_invoice"
        constraints = [
            models.UniqueConstraint("unit", "number", name="invoice_number_once_a_unit"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_is_positive"),
        ]

    def __str__(self) -> str:
        return self.number


class Exceedance(models.Model):
    """A leader let an order go beyond its budget line: by how much, and why. Append-only."""

    budget_line = models.ForeignKey(
        BudgetLine, on_delete=models.PROTECT, related_name="exceedances"
    )
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="exceedances")
    over = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.CharField(max_length=200)
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        db_table = "works_exceedance"
        constraints = [
            models.CheckConstraint(
                condition=Q(over__gt=0) & ~Q(reason=""), name="exceedance_says_how_much_and_why"
            )
        ]

    def __str__(self) -> str:
        return f"{self.budget_line_id} {self.over}"


class WorksRecord(models.Model):
    """Who changed what of orders, lists and budgets, with its facts. Append-only."""

    subject = models.CharField(max_length=16)
    subject_id = models.BigIntegerField()
    action = models.CharField(max_length=16)
    facts = models.JSONField(default=dict)
    reason = models.CharField(max_length=200, blank=True, default="")
    member = models.ForeignKey(
        "people.Member", null=True, on_delete=models.PROTECT, related_name="+"
    )
    actor = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        db_table = "works_record"
        indexes = [models.Index(fields=["subject", "subject_id", "id"], name="works_record_of")]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id} {self.action}"
