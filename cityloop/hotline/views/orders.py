"""Orders of the mayor's hotline: the list with both deadlines, the import, the results."""

from __future__ import annotations

import csv
import io

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cityloop.hotline import forms, operations, queries, reading
from cityloop.hotline.views import frame
from cityloop.kernel import clock, paging
from cityloop.kernel.errors import Invalid
from cityloop.kernel.page import actor_of

COLUMNS = ("cursor", "number", "case", "outcome", "reply", "reason_code", "reason", "at", "round")
MOST = 5000


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """Orders whose case the reader sees, latest first."""
    return _orders(request, forms.OrdersForm())


def _orders(request: HttpRequest, form: forms.OrdersForm, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    words, early = request.GET.get("q", "").strip()[:60], "early" in request.GET
    rows = queries.orders(actor, words=words, only_early=early)
    shown = paging.page(
        rows, order=("-came_at", "-id"), cursor=request.GET.get("after"), size=frame.SIZE
    )
    query = {**({"q": words} if words else {}), **({"early": "1"} if early else {})}
    context = {
        "rows": shown.items, "form": form, "batches": queries.batches(actor), "now": clock.now(),
        "tabs": frame.tabs("hotline-orders"), "words": words, "early": early,
        "next": f"?{urlencode({**query, 'after': shown.next})}" if shown.next else "",
        "first": f"?{urlencode(query)}" if request.GET.get("after") else "",
    }  # fmt: skip
    return render(request, "hotline/orders.html", context, status=status)


@require_POST
def import_file(request: HttpRequest) -> HttpResponse:
    """A file of orders; its bad rows are listed on the page."""
    actor, now = actor_of(request), clock.now()
    actor.require(queries.ORDERS)
    form = forms.OrdersForm(request.POST, request.FILES)
    if not form.is_valid():
        return _orders(request, form, status=422)
    file = form.cleaned_data["file"]
    try:
        rows = reading.read(file.name, file.read(reading.MAX_BYTES + 1))
    except Invalid as problem:
        frame.show_problem(form, problem)
        return _orders(request, form, status=problem.status)
    batch = operations.import_orders(rows, name=file.name, actor=actor, now=now)
    about = {"opened": batch.opened, "joined": batch.joined, "known": batch.known,
             "bad": len(batch.bad_rows)}  # fmt: skip
    words = _("%(opened)s opened, %(joined)s joined, %(known)s known before, %(bad)s not taken")
    messages.success(request, words % about)
    if batch.warnings:
        late = _("%(n)s taken whose deadline there had passed when they came")
        messages.warning(request, late % {"n": len(batch.warnings)})
    return redirect("hotline-orders")


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """What goes back, as a file for the other side."""
    since = request.GET.get("since", "0")
    cursor = int(since) if since.isascii() and since.isdigit() and len(since) < 19 else 0
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in queries.results_since(actor_of(request), cursor, limit=MOST):
        cells = (row.pk, row.order.outer_number, row.order.report.case.number, row.outcome,
                 row.reply, row.reason_code, row.reason, row.at.isoformat(),
                 row.order.round)  # fmt: skip
        writer.writerow([_plain(cell) for cell in cells])
    answer = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="results.csv"'
    return answer


def _plain(cell: object) -> object:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@" and cell else cell
