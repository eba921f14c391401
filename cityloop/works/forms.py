"""The shape of the forms of substitute works; what is allowed, the operations decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cityloop.kernel.actor import Actor
from cityloop.people.forms import OrganisationField
from cityloop.works import queries
from cityloop.works.models import NoteKind, OrderState

EMPTY = [("", "—")]
FREE_LINES = 2  # beside the price list
# Field of an order line -> beginning of its box on the form.
FREE_LINE = {
    "name": "name", "measure": "measure", "price": "cost", "quantity": "quantity", "reason": "why",
}  # fmt: skip


def day(label: Any, *, required: bool = True) -> forms.DateField:
    """A calendar field."""
    box = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, widget=box)


def money(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DecimalField:
    """An amount in yuan."""
    return forms.DecimalField(
        label=label, required=required, max_digits=14, decimal_places=2, help_text=help_text
    )


def text(label: Any, *, most: int = 200, required: bool = True, help_text: Any = "") -> Any:
    """A line of text."""
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text)


def paper(label: Any) -> forms.FileField:
    """A PDF or a photo of a paper; its content is judged by what stores it."""
    box = forms.ClearableFileInput({"accept": "application/pdf,image/jpeg,image/png,image/webp"})
    return forms.FileField(label=label, widget=box)


class OrderFilter(forms.Form):
    """What the list of orders may be narrowed by."""

    q = text(_("Number of the order or the case"), most=32, required=False)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=EMPTY + list(OrderState.choices)
    )


class ClaimFilter(forms.Form):
    """What the ledger may be narrowed by."""

    q = text(_("Liable party"), most=60, required=False)
    standing = forms.ChoiceField(
        label=_("State"), required=False, choices=[*EMPTY, *queries.STANDINGS]
    )


class PriceOrderForm(forms.Form):
    """Quantities of the price list, some lines beside it, the budget line."""

    def __init__(
        self, *args: Any, prices: Sequence[Any], budgets: Sequence[Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for one in prices:
            label = f"{one.name} · {one.price} / {one.measure}"
            self.fields[f"price_{one.pk}"] = money(label, required=False)
        for n in range(1, FREE_LINES + 1):
            self.fields[f"name_{n}"] = text(_("Work beside the list"), most=120, required=False)
            self.fields[f"measure_{n}"] = text(_("Measure"), most=20, required=False)
            self.fields[f"cost_{n}"] = money(_("Price"), required=False)
            self.fields[f"quantity_{n}"] = money(_("Quantity"), required=False)
            self.fields[f"why_{n}"] = text(_("Why beside the list"), required=False)
        lines = [(str(b.pk), f"{b.year} {b.name} ({b.left})") for b in budgets]
        self.fields["budget_line"] = forms.ChoiceField(
            label=_("Budget line (what is left)"), choices=[*EMPTY, *lines]
        )
        self.fields["reason"] = text(
            _("Reason"), required=False,
            help_text=_("Where a leader goes beyond the budget, or done work is priced anew."),
        )  # fmt: skip


class InvoiceForm(forms.Form):
    """The unit's invoice."""

    invoice_number = text(_("Invoice number"), most=60)
    amount = money(_("Amount"))
    issued_on = day(_("Day of the invoice"))
    file = paper(_("Invoice as a file"))
    reason = text(
        _("Reason"), required=False, help_text=_("Where it is above the order or the budget.")
    )


class ReasonForm(forms.Form):
    """A decision and why."""

    reason = text(_("Reason"))


class ClaimForm(forms.Form):
    """Who owes how much: an organisation, or somebody in words."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["liable"] = OrganisationField(actor, _("Liable organisation"))
        self.fields["party"] = text(
            _("Liable party in words"), most=120, required=False,
            help_text=_("Owner, company or person that is no organisation here."),
        )  # fmt: skip
        self.fields["amount"] = money(_("Amount"))


class NoticeForm(forms.Form):
    """The notice as it was served."""

    notice_on = day(_("Day of the notice"))
    due_on = day(_("To be paid until"))
    file = paper(_("Notice as a file"))


class PaymentForm(forms.Form):
    """Money that came."""

    amount = money(_("Amount"), help_text=_("A negative amount takes a mistaken entry back."))
    paid_on = day(_("Paid on"))
    reference = text(
        _("Receipt or reference"), most=120, help_text=_("The document and its number.")
    )


class NoteForm(forms.Form):
    """A line on a claim."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[one for one in NoteKind.choices if one[0] != NoteKind.WRITTEN_OFF],
    )
    text = text(_("What was said or done"), most=500)


class WriteOffForm(forms.Form):
    """Why the rest is given up."""

    text = text(_("Reason"), most=500)


class DesignationForm(forms.Form):
    """A unit for the standing list."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clock = {"type": "time"}
        self.fields["organisation"] = OrganisationField(actor, _("Unit"), required=True)
        self.fields["skills"] = text(_("Skills"))
        self.fields["phone"] = text(_("Telephone"), most=40, required=False)
        for name, label in (("on_call_from", _("On call from")), ("on_call_to", _("On call to"))):
            self.fields[name] = forms.TimeField(
                label=label, required=False, widget=forms.TimeInput(clock),
                help_text=_("Empty: day and night."),
            )  # fmt: skip
        self.fields["valid_from"] = day(_("Valid from"))
        self.fields["source_document"] = text(_("Document"))


class EndForm(forms.Form):
    """From when a unit is off the list, and why."""

    ends_on = day(_("Ends on"))
    reason = text(_("Reason"))


class PriceForm(forms.Form):
    """A price from a day on."""

    code = text(_("Code"), most=20)
    name = text(_("Work"), most=120)
    measure = text(_("Measure"), most=20)
    price = money(_("Price"))
    valid_from = day(_("Valid from"))


class BudgetForm(forms.Form):
    """A budget line; the same year and code again change its amount."""

    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    code = text(_("Code"), most=20)
    name = text(_("Name"), most=120)
    area_code = text(
        _("Region code"), most=12, required=False, help_text=_("Empty: the whole city.")
    )
    amount = money(_("Amount"))
    reason = text(_("Reason"), required=False, help_text=_("Where an amount changes."))
