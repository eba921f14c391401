"""Orders of the mayor's hotline: taken once, joined where the case is open, answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cityloop.cases.models import Case, CaseEvent
from cityloop.hotline import reading
from cityloop.hotline.models import Batch, Order, Outcome, Result
from cityloop.hotline.queries.calls import said
from cityloop.intake import operations as intake
from cityloop.intake.models import Report
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem
from cityloop.kernel.reports import Progress, counted

ORDERS = "hotline.orders"
CHANNEL = "hotline12345"
MAX_NUMBER = 60
OPENED, JOINED, KNOWN = "opened", "joined", "known"
OUTCOMES = {
    "close": Outcome.SETTLED, "force_close": Outcome.SETTLED, "reject": Outcome.REFUSED,
    "settle_by_reminder": Outcome.SETTLED, "approve_void": Outcome.REFUSED,
    "reopen": Outcome.REOPENED, "recheck_false": Outcome.REOPENED,
    "review_failed": Outcome.REOPENED,
}  # fmt: skip
# Results get their ids in the order in which they commit: a cursor misses none.
IN_ORDER = "SELECT pg_advisory_xact_lock(hashtext('hotline_result'))"


ONE_BY_ONE = "SELECT pg_advisory_xact_lock(hashtext('hotline_orders'))"


@transaction.atomic
def import_orders(
    rows: Sequence[reading.Row],
    *,
    name: str,
    actor: Actor,
    now: datetime,
    progress: Progress | None = None,
) -> Batch:
    """Take a delivery: every row by itself, a bad one is listed with its reasons.

    A number that is known opens nothing; a later deadline of it is taken over. Raises NotAllowed.
    """
    actor.require(ORDERS)
    with connection.cursor() as cursor:  # the same delivery sent twice at once: one after the other
        cursor.execute(ONE_BY_ONE)
    batch = Batch.objects.create(name=name[:120], at=now, by=actor.post[:120])
    counts = {OPENED: 0, JOINED: 0, KNOWN: 0}
    for row in counted(rows, progress):
        number = row.cells.get("number", "")
        try:
            with transaction.atomic():
                counts[_take(row.cells, batch, actor=actor, now=now)] += 1
        except ValueError as error:
            batch.bad_rows.append(_bad(row, number, [str(error)]))
        except Problem as problem:
            batch.bad_rows.append(_bad(row, number, list(problem.reasons) or [problem.title]))
    batch.opened, batch.joined, batch.known = counts[OPENED], counts[JOINED], counts[KNOWN]
    batch.save()
    return batch


def spellings(number: str) -> set[str]:
    """A number in capitals or not is one order; the index answers for each."""
    return {number, number.upper(), number.lower()}


def _bad(row: reading.Row, number: str, reasons: list[str]) -> dict[str, Any]:
    return {"row": row.number, "number": number[:MAX_NUMBER], "reasons": reasons}


def _take(cells: dict[str, str], batch: Batch, *, actor: Actor, now: datetime) -> str:
    number = cells.get("number", "")
    if not number or len(number) > MAX_NUMBER or not number.isprintable():
        raise ValueError(_("the number of the order is missing or longer than 60 characters"))
    due = _cell(cells, "due_at", reading.moment)
    known = Order.objects.select_for_update().filter(outer_number__in=spellings(number)).first()
    if known is not None:
        if due is not None and due != known.outer_due_at:
            known.outer_due_at = due
            known.save(update_fields=["outer_due_at"])
        return KNOWN
    report, what = _report(number, cells, actor=actor, now=now)
    Order.objects.create(
        outer_number=number, outer_due_at=due, report=report, batch=batch, came_at=now
    )
    return what


def _report(
    number: str, cells: dict[str, str], *, actor: Actor, now: datetime
) -> tuple[Report, str]:
    """The report of the order: one that was typed in with its number, or a new one."""
    typed = Report.objects.filter(channel=CHANNEL, source_key__in=spellings(number)).first()
    if typed is not None:
        return typed, KNOWN
    receipt = intake.receive(
        intake.Incoming(
            channel=CHANNEL, text=cells.get("text", ""), source_key=number,
            x=_cell(cells, "lon", reading.degrees), y=_cell(cells, "lat", reading.degrees),
            system=cells.get("system") or "wgs84", address=cells.get("address", ""),
            class_code=cells.get("class_code", ""), reporter_name=cells.get("name", ""),
            reporter_phone=cells.get("phone", ""),
        ),
        actor=actor, now=now,
    )  # fmt: skip
    ordinal = int(receipt.number.rpartition("-")[2])
    report = Report.objects.get(case__number=receipt.case, ordinal=ordinal)
    return report, JOINED if receipt.joined else OPENED


def _cell(cells: dict[str, str], name: str, parse: Callable[[str], Any]) -> Any:
    return parse(cells[name]) if cells.get(name) else None


def note_result(*, number: str, version: int) -> int:
    """The case of orders ended or was opened again: what goes back for each; how many."""
    found = Order.objects.filter(report__case__number=number).order_by("pk")
    if not found.exists():
        return 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(IN_ORDER)
        case = Case.objects.get(number=number)
        line = CaseEvent.objects.get(case=case, version=version)
        facts = _result(case, line)
        rows = [Result(order=order, version=version, at=line.at, **facts) for order in found]
        Result.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _result(case: Case, line: CaseEvent) -> dict[str, Any]:
    outcome = OUTCOMES[line.action]
    if outcome == Outcome.REFUSED:
        asked = line if "reason_code" in line.facts else _asked(case, line)
        return {"outcome": outcome, "reason": str(asked.facts.get("reason", "")),
                "reason_code": str(asked.facts.get("reason_code", ""))}  # fmt: skip
    if outcome == Outcome.SETTLED:
        done = said(case, ("finish", "hand_in", "fixed_meanwhile"), "result")
        return {"outcome": outcome, "reply": done or str(line.facts.get("opinion", "")),
                "reason": str(line.facts.get("reason", ""))}  # fmt: skip
    return {"outcome": outcome, "reason": str(line.facts.get("reason", ""))}


def _asked(case: Case, line: CaseEvent) -> CaseEvent:
    """The request that an approval ends: it names the reason."""
    rows = CaseEvent.objects.filter(case=case, action="request_void", version__lt=line.version)
    return rows.order_by("-version").first() or line
