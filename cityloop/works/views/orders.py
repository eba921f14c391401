"""Orders: the list, and one order with items, budget, photos, invoice and claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from cityloop.cases import queries as cases
from cityloop.kernel import clock, paging
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.works import forms, operations, queries
from cityloop.works.models import Order, OrderState
from cityloop.works.views import frame

BEFORE, AFTER = ("report", "verify", "before"), ("after", "check")


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """The orders of the actor's cases, latest first."""
    actor = frame.reader(request)
    form = forms.OrderFilter(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    found = queries.orders(actor, state=given.get("state", ""), words=given.get("q", ""))
    shown = paging.page(
        found, order=("-opened_at", "-id"), cursor=request.GET.get("after"), size=frame.SIZE
    )
    query = {key: str(one) for key, one in request.GET.items() if key != "after" and one}
    facts = {
        "form": form, "rows": shown.items, "tones": frame.ORDER_TONES, "filtered": bool(query),
        "tabs": frame.tabs("works"),
        "next": f"?{urlencode({**query, 'after': shown.next})}" if shown.next else "",
        "first": f"?{urlencode(query)}" if request.GET.get("after") else "",
    }  # fmt: skip
    return render(request, "works/orders.html", facts)


@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One order."""
    actor = frame.reader(request)
    return _page(request, actor, queries.order_seen(actor, number))


def _page(request: HttpRequest, actor: Actor, row: Order, **given: Any) -> HttpResponse:
    papers = cases.attachments(row.case)
    facts: dict[str, Any] = {
        "row": row, "tones": frame.ORDER_TONES, "claim_tones": frame.CLAIM_TONES,
        "standings": dict(queries.STANDINGS), "tabs": frame.tabs("works"),
        "items": row.items.order_by("pk"), "invoice": getattr(row, "invoice", None),
        "exceedances": row.exceedances.order_by("pk"),
        "claims": queries.claims(actor).filter(order=row).order_by("pk"),
        "before": _pictures(papers, BEFORE), "after": _pictures(papers, AFTER),
        "on_call": _on_call(row),
    }  # fmt: skip
    facts |= _forms(actor, row)
    return render(request, "works/order.html", {**facts, **given})


def _forms(actor: Actor, row: Order) -> dict[str, Any]:
    """What the actor may still do with the order."""
    found: dict[str, Any] = {}
    closed = row.state in (OrderState.INVOICED, OrderState.CANCELLED)
    if actor.belongs_to(*queries.at_stake(row)):
        return found  # others decide over this money
    if actor.may("works.order") and not closed:
        if not _stands(actor, row):
            found["price_form"] = _price_form(actor, row)
        if row.total is not None and row.state == OrderState.DONE:
            found["invoice_form"] = forms.InvoiceForm()
        if row.state != OrderState.DONE:
            found["cancel_form"] = forms.ReasonForm(auto_id="cancel-%s")
    left = queries.unclaimed(row)
    if actor.may("works.claim") and row.state == OrderState.INVOICED and left > 0:
        first = {"liable": row.liable_id, "amount": left}
        found["claim_form"] = _claim_form(actor, row, initial=first)
    return found


def _stands(actor: Actor, row: Order) -> bool:
    """Whether these prices are no longer the actor's to change: their own, of work that is done."""
    last = queries.last_pricing(row) if row.done_at and row.total is not None else None
    return last is not None and last.member_id == actor.member_id


def _pictures(papers: Sequence[Any], stages: tuple[str, ...]) -> list[Any]:
    return [p for p in papers if p.stage in stages and p.file.media_type.startswith("image/")]


def _on_call(row: Order) -> Any:
    return queries.designation_of(row.unit_id, on=timezone.localdate(row.opened_at))


def _list_of(row: Order) -> list[Any]:
    """The unit's prices on the day of the order."""
    held = _on_call(row)
    if held is None:
        return []
    return list(queries.prices(on=_day(row), designation_id=held.pk))


def _day(row: Order) -> date:
    return timezone.localdate(row.opened_at)


def _price_form(actor: Actor, row: Order, data: Any = None) -> forms.PriceOrderForm:
    years = queries.budget_years(row, clock.now())
    lines = [
        one
        for one in queries.budgets(actor)
        if one.year in years and row.case.area_code.startswith(one.area_code)
    ]
    return forms.PriceOrderForm(data, prices=_list_of(row), budgets=lines, auto_id="price-%s")


@require_POST
def price(request: HttpRequest, number: str) -> HttpResponse:
    """Say what is ordered, and from which budget line."""
    actor = frame.reader(request)
    actor.require("works.order")
    row = queries.order_seen(actor, number)
    form = _price_form(actor, row, request.POST)

    def save(facts: dict[str, Any]) -> Any:
        said = _lines(facts, _list_of(row))
        try:
            return operations.price_order(
                number=number, lines=[line for line, _boxes in said],
                budget_line_id=int(facts["budget_line"]), reason=facts["reason"], actor=actor,
                now=clock.now(),
            )  # fmt: skip
        except Invalid as problem:
            boxes = [boxes for _line, boxes in said]
            named = {_box_of(name, boxes): why for name, why in problem.fields.items()}
            raise Invalid(*problem.reasons, fields=named) from problem

    return _take(request, actor, row, "price_form", form, save)


Boxes = dict[str, str]  # field of an order line -> field of the form
Said = tuple[operations.OrderLine, Boxes]


def _lines(facts: dict[str, Any], prices: Sequence[Any]) -> list[Said]:
    """The lines of the form that say something, each with the boxes it was read from."""
    found: list[Said] = []
    for one in prices:
        box = f"price_{one.pk}"
        if facts.get(box) is not None:
            line = operations.OrderLine(price_item_id=one.pk, quantity=facts[box])
            found.append((line, {"quantity": box, "price_item_id": box}))
    for n in range(1, forms.FREE_LINES + 1):
        boxes = {field: f"{box}_{n}" for field, box in forms.FREE_LINE.items()}
        if any(facts[box] for box in boxes.values()):
            line = operations.OrderLine(**{field: facts[box] for field, box in boxes.items()})
            found.append((line, boxes))
    return found


def _box_of(name: str, boxes: Sequence[Boxes]) -> str:
    """The box of the form that a problem of the operation speaks of."""
    parts = name.split(".")
    if len(parts) == 3:
        return boxes[int(parts[1])].get(parts[2], name)
    return "budget_line" if name == "budget_line_id" else name


@require_POST
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """Record the unit's invoice."""
    actor, now = frame.reader(request), clock.now()
    actor.require("works.order")
    row = queries.order_seen(actor, number)

    def save(facts: dict[str, Any]) -> Any:
        sha256 = frame.kept(facts.pop("file"), now=now)
        return operations.record_invoice(
            number=number, sha256=sha256, actor=actor, now=now, **facts
        )

    form = forms.InvoiceForm(request.POST, request.FILES)
    return _take(request, actor, row, "invoice_form", form, save)


@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Take the order back."""
    actor = frame.reader(request)
    actor.require("works.order")
    row = queries.order_seen(actor, number)

    def save(facts: dict[str, Any]) -> Any:
        return operations.cancel_order(number=number, actor=actor, now=clock.now(), **facts)

    form = forms.ReasonForm(request.POST, auto_id="cancel-%s")
    return _take(request, actor, row, "cancel_form", form, save)


def _claim_form(actor: Actor, row: Order, **given: Any) -> forms.ClaimForm:
    """Of all organisations only those that are liable for this work."""
    form = forms.ClaimForm(actor=actor, **given)
    units: Any = form.fields["liable"]
    units.queryset = units.queryset.filter(pk__in=queries.liable_units(row))
    return form


@require_POST
def claim(request: HttpRequest, number: str) -> HttpResponse:
    """Claim money for the order."""
    actor = frame.reader(request)
    actor.require("works.claim")
    row = queries.order_seen(actor, number)

    def save(facts: dict[str, Any]) -> Any:
        liable = facts["liable"]
        return operations.open_claim(
            order_number=number, amount=facts["amount"], party=facts["party"],
            liable_id=liable.pk if liable else None, actor=actor, now=clock.now(),
        )  # fmt: skip

    form = _claim_form(actor, row, data=request.POST)
    return _take(request, actor, row, "claim_form", form, save)


def _take(
    request: HttpRequest, actor: Actor, row: Order, name: str, form: Any, save: Any
) -> HttpResponse:
    return frame.take(
        request, form, save, leads_to=reverse("works-order", args=[row.number]),
        page=lambda: _page(request, actor, row, **{name: form}),
    )  # fmt: skip
