"""Drawing closed cases for another team, and noting what it found."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from cityloop.cases import drawing, proof
from cityloop.cases import operations as cases
from cityloop.cases import queries as case_queries
from cityloop.cases.models import Case, CaseEvent, ClosingKind
from cityloop.discipline import queries
from cityloop.discipline.models import Draw, Recheck, Result
from cityloop.kernel.actor import Actor


def draw(*, day: date, now: datetime) -> Draw | None:
    """Draw among the cases closed on a day, once; None when it is done, or cannot be done yet.

    It waits for the first seal after the day: the seed is not known before. A case for which no
    inspector of another team exists is named in `without_team`, not quietly left out. Cases closed
    by force have a share of their own: whoever closed them did so without check, alone. What was
    drawn before and reopened before anybody came is drawn again: no reopening escapes the draw.
    """
    seal = proof.seal_after(day)
    if seal is None or Draw.objects.filter(day=day).exists():
        return None
    flow = case_queries.current_parameters()
    with transaction.atomic():
        normal, forced = (
            {case.number: case for case in queries.closed_on(day, kind)}
            for kind in (ClosingKind.NORMAL, ClosingKind.FORCED)
        )
        closed = normal | forced
        again = queries.still_owed(closed.values())
        numbers = sorted({
            *again,
            *drawing.chosen(seal.digest, normal, flow.recheck_share),
            *drawing.chosen(seal.digest, forced, flow.forced_share),
        })  # fmt: skip
        named = {number: _inspector(seal.digest, closed[number], day) for number in numbers}
        made = Draw.objects.create(
            day=day, seed=seal.digest, seal=seal, share=flow.recheck_share, closed=len(normal),
            forced_share=flow.forced_share, forced=sorted(forced), again=again, drawn=numbers,
            without_team=[number for number in numbers if named[number] is None], drawn_at=now,
        )  # fmt: skip
        for number, inspector in named.items():
            if inspector is not None:
                _give(made, closed[number], inspector, now)
    return made


def _inspector(seed: str, case: Case, day: date) -> int | None:
    return drawing.one_of(seed, case.number, queries.other_teams(case, day))


def _give(made: Draw, case: Case, inspector: int, now: datetime) -> None:
    forced = case.closing_kind == ClosingKind.FORCED
    closer = queries.who_did(case, "force_close" if forced else "close")
    if closer is None:
        return
    Recheck.objects.create(
        draw=made, case=case, closer_id=closer, inspector_id=inspector, forced=forced,
        checker_id=None if forced else queries.who_did(case, "check_passed"),
        unit_id=None if forced else case.lead_id,
    )  # fmt: skip
    cases.perform(
        case.number, "draw_recheck", actor=Actor.system("draw"), now=now,
        inputs={"inspector": inspector, "draw": f"{made.day:%Y-%m-%d} {made.seed[:16]}"},
    )  # fmt: skip


def note(*, number: str, version: int, result: Result) -> bool:
    """Write down what the other team found; once. False when it is written already.

    A result that comes late is none of a lot that was drawn after it.
    """
    line = CaseEvent.objects.get(case__number=number, version=version)
    open_ones = Recheck.objects.filter(
        case_id=line.case_id, result=Result.OPEN, draw__drawn_at__lte=line.at
    )
    return bool(open_ones.update(result=result, decided_at=line.at))
