"""Orders of the mayor's hotline: taken once, joined where the case is open, answered.

Each order of a delivery is committed by itself: a long delivery keeps nobody waiting, and one that
breaks off half way is sent again, finds what it brought before, and goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cityloop.cases.models import Case, CaseEvent
from cityloop.hotline import reading
from cityloop.hotline.models import Batch, Order, Outcome, Result
from cityloop.hotline.operations import rounds
from cityloop.hotline.operations.retold import ADDRESS, CALLER, PLACE, TEXT, retold
from cityloop.hotline.operations.rounds import CHANNEL
from cityloop.hotline.queries.calls import said
from cityloop.intake import checks
from cityloop.intake import operations as intake
from cityloop.intake.models import Report
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem
from cityloop.kernel.reports import Progress, counted

ORDERS = "hotline.orders"
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
SAVED_EVERY = 50  # rows: how a delivery stands can be read while it runs


def import_orders(
    rows: Sequence[reading.Row],
    *,
    name: str,
    actor: Actor,
    now: datetime,
    progress: Progress | None = None,
) -> Batch:
    """Take a delivery: every row by itself, a bad one is listed with its reasons.

    A number that is known opens nothing; another deadline of it is taken over while its case is
    open, another text, address, place or caller is noted beside its report; both with a warning and
    a line that stays. Only what we refused and 12345 sends again opens a new round (rounds.py says
    how the two are told apart).
    A deadline that has passed is taken with a warning. What breaks off leaves the orders that were
    taken and a batch that is not `done`. Raises NotAllowed.
    """
    actor.require(ORDERS)
    brief = not connection.in_atomic_block  # else each order stays part of a longer transaction
    batch = Batch.objects.create(
        name=name[:120], at=now, by=actor.post[:120], warnings=_unknown_columns(rows)
    )
    for n, row in enumerate(counted(rows, progress), 1):
        try:
            with transaction.atomic():
                what, warnings = _take(row, batch, actor=actor, now=now, brief=brief)
        except ValueError as error:
            batch.bad_rows.append(_listed(row, [str(error)]))
        except Problem as problem:
            batch.bad_rows.append(_listed(row, list(problem.reasons) or [problem.title]))
        else:
            _count(batch, row, what, warnings)
        if n % SAVED_EVERY == 0:
            batch.save()
    batch.done = True
    batch.save()
    return batch


def _count(batch: Batch, row: reading.Row, what: str, warnings: list[str]) -> None:
    """An order that was taken and committed."""
    setattr(batch, what, getattr(batch, what) + 1)
    if warnings:
        batch.warnings.append(_listed(row, warnings))


def _unknown_columns(rows: Sequence[reading.Row]) -> list[dict[str, Any]]:
    """A column called otherwise than we know, such as the deadline's, is said to be lost."""
    names = {name for row in rows for name, cell in row.cells.items() if name and cell}
    unknown = sorted(names - set(reading.COLUMNS))
    if not unknown:
        return []
    shown = ", ".join(name[:30] for name in unknown[:20])
    return [_listed(rows[0], [_("columns that are not known were left out: %(names)s")
                              % {"names": shown}])]  # fmt: skip


def _listed(row: reading.Row, reasons: list[str]) -> dict[str, Any]:
    number = row.cells.get("number", "")
    return {"row": row.number, "number": number[:MAX_NUMBER], "reasons": reasons}


def _take(
    row: reading.Row, batch: Batch, *, actor: Actor, now: datetime, brief: bool
) -> tuple[str, list[str]]:
    """What became of a row, and what its sender should know of that: something new of it comes
    after its deadline; it says otherwise what is known."""
    number = row.cells.get("number", "")
    if not number or len(number) > MAX_NUMBER or not number.isprintable():
        raise ValueError(_("the number of the order is missing or longer than 60 characters"))
    sent = rounds.sent(row.cells)
    known, typed = rounds.take(number)
    if typed is not None:  # its deadline comes with the row
        known = [Order.objects.create(outer_number=number, report=typed, batch=batch, came_at=now)]
    if not known or rounds.sent_again(known, sent):
        what = _next_round(row.cells, known, sent, batch, actor=actor, now=now, brief=brief)
        return what, _warnings(known, late=sent.late(now), other=[])
    other, was = retold(known, sent, row.cells, now=now), known[0].outer_due_at
    due = rounds.take_over(known, sent, by=batch.by, now=now)
    late = due == rounds.MOVED and sent.late(now)
    return KNOWN, _warnings(known, late=late, other=[*other, *([due] if due and was else [])])


def _warnings(known: list[Order], *, late: bool, other: list[str]) -> list[str]:
    found = [_("the outer deadline had passed when it came")] if late else []
    if not other:
        return found
    about = {"number": known[0].report.case.number}
    words = {
        TEXT: _("the text is another one: it is noted on case %(number)s"),
        ADDRESS: _("the address is another one: it is noted on case %(number)s"),
        PLACE: _("the place is another one: it is noted on case %(number)s"),
        CALLER: _("the caller's number is another one: it is noted on case %(number)s"),
        rounds.MOVED: _("the deadline is another one: both are noted on case %(number)s"),
        rounds.KEPT: _("the deadline is another one, but case %(number)s has ended: it stays"),
    }
    return [*found, *(words[one] % about for one in other)]


def _next_round(
    cells: dict[str, str], known: list[Order], sent: rounds.Sent, batch: Batch,
    *, actor: Actor, now: datetime, brief: bool,
) -> str:  # fmt: skip
    """The order's first round, or one more after a refusal; its report's key names the round."""
    number, nth = (known[0].outer_number, known[0].round + 1) if known else (cells["number"], 1)
    noticed = _noticed(known, sent, now)
    key = number if nth == 1 else f"{number}#{nth}"
    report_id, what = _report(key, cells, sent, noticed, actor=actor, now=now, brief=brief)
    Order.objects.create(
        outer_number=number, round=nth, outer_due_at=sent.due_at, report_id=report_id, batch=batch,
        seen=[sent.digest], came_at=now,
    )  # fmt: skip
    return what


def _noticed(known: list[Order], sent: rounds.Sent, now: datetime) -> list[checks.Finding]:
    """What the acceptor is to see of the order: refused before, too late when it came."""
    found = []
    if known:
        found.append(checks.finding("sent_again", number=known[0].report.case.number))
    if sent.late(now) and sent.due_at is not None:
        found.append(checks.finding("outer_deadline_past", due_at=sent.due_at.isoformat()))
    return found


def _report(
    key: str, cells: dict[str, str], sent: rounds.Sent, noticed: list[checks.Finding],
    *, actor: Actor, now: datetime, brief: bool,
) -> tuple[int, str]:  # fmt: skip
    receipt = intake.receive(
        intake.Incoming(
            channel=CHANNEL, text=cells.get("text", ""), source_key=key, x=sent.lon, y=sent.lat,
            system=cells.get("system") or "wgs84", address=cells.get("address", ""),
            class_code=cells.get("class_code", ""), reporter_name=cells.get("name", ""),
            reporter_phone=cells.get("phone", ""), noticed=noticed,
        ),
        actor=actor, now=now, brief=brief,
    )  # fmt: skip
    if receipt.repeated:  # another order is called as a round of this one would be
        raise ValueError(_("report %(n)s has this number already") % {"n": receipt.number})
    ordinal = int(receipt.number.rpartition("-")[2])
    found = Report.objects.filter(case__number=receipt.case, ordinal=ordinal)
    return found.values_list("pk", flat=True).get(), JOINED if receipt.joined else OPENED


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
