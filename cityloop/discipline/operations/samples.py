"""Decisions of a day are drawn by lot, a second person judges them, the operator may answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cityloop.cases import drawing, proof
from cityloop.cases import queries as cases
from cityloop.discipline import queries
from cityloop.discipline.models import MISTAKES, Decision, Lot, Ruling, Sample, SampleAnswer
from cityloop.discipline.operations.telling import MAX_TEXT, member_of, words
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid, NotAllowed, Refused

JUDGE = "discipline.judge"
TOLD = {Ruling.RIGHT: "decision_right", Ruling.WRONG: "decision_wrong"}


def draw_decisions(*, day: date, now: datetime) -> Lot | None:
    """Draw among the decisions that people took on a day, once; None when it is done, or cannot be
    done yet.

    It waits for the first seal after the day, as the draw of closed cases does. Who decided that
    day is drawn with one decision of each kind at least, so that who decides little is looked at.
    """
    seal = proof.seal_after(day)
    if seal is None or Lot.objects.filter(day=day).exists():
        return None
    share = cases.current_parameters().decision_share
    with transaction.atomic():
        taken = {one.key: one for one in queries.decided_on(day)}
        groups: dict[tuple[int, str], list[str]] = {}
        for key, one in taken.items():
            groups.setdefault((one.operator, one.kind), []).append(key)
        drawn = drawn_of(seal.digest, groups, share)
        made = Lot.objects.create(
            day=day, seed=seal.digest, seal=seal, share=share, decided=len(taken), drawn=drawn,
            drawn_at=now,
        )  # fmt: skip
        Sample.objects.bulk_create(_sample(made, taken[key]) for key in drawn)
    return made


def _sample(lot: Lot, one: queries.Taken) -> Sample:
    return Sample(
        lot=lot, case_id=one.case_id, version=one.version, kind=one.kind,
        operator_id=one.operator, hall_id=one.hall, decided_at=one.at,
    )  # fmt: skip


def drawn_of(seed: str, groups: Mapping[tuple[int, str], Iterable[str]], share: float) -> list[str]:
    """What the lot draws of decisions by (operator, kind), in order: those below the share, and the
    first of each group."""
    found: set[str] = set()
    for keys in groups.values():
        found.update(drawing.chosen(seed, keys, share))
        if (one := drawing.first(seed, keys)) is not None:
            found.add(one)
    return sorted(found)


@transaction.atomic
def judge_decision(
    *, sample_id: int, ruling: str, mistake: str, note: str, actor: Actor, now: datetime
) -> Sample:
    """Say whether a drawn decision was right, once; the operator is told.

    Raises NotAllowed, NoSuchSample, Invalid; Refused for who took it or had a part in it, and when
    it is judged already.
    """
    actor.require(JUDGE)
    member, row = member_of(actor), queries.sample(actor, sample_id)
    if why := queries.why_not(actor, row):
        raise Refused(why)
    note = note.replace("\x00", "").strip()
    if problems := _problems(row.kind, ruling, mistake, note):
        raise Invalid(*problems.values(), fields=problems)
    rows = Sample.objects.filter(pk=row.pk, ruling=Ruling.OPEN)
    if not rows.update(ruling=ruling, mistake=mistake, note=note, judge=member, judged_at=now):
        raise Refused(_("this decision has been judged already"))
    row = queries.sample(actor, sample_id)
    _tell(row)
    return row


def _problems(kind: str, ruling: str, mistake: str, note: str) -> dict[str, str]:
    found = {}
    if ruling not in (Ruling.RIGHT, Ruling.WRONG):
        found["ruling"] = _("say whether the decision was right or wrong")
    if ruling == Ruling.WRONG and mistake not in MISTAKES[Decision(kind)]:
        found["mistake"] = _("say what was wrong about a decision of this kind")
    if ruling == Ruling.RIGHT and mistake:
        found["mistake"] = _("a right decision has no mistake")
    if ruling == Ruling.WRONG and not says_something(note):
        found["note"] = _("say in words what was wrong")
    if len(note) > MAX_TEXT:
        found["note"] = _("at most %(n)s characters") % {"n": MAX_TEXT}
    return found


def _tell(row: Sample) -> None:
    """The operator hears what was found, in the same transaction."""
    payload = {
        "topic": TOLD[Ruling(row.ruling)], "members": [row.operator_id],
        "about": f"sample:{row.pk}", "path": f"/discipline/samples/{row.pk}/",
        "values": {"title": row.case.number, "reason": row.note[:120]},
    }  # fmt: skip
    jobs.defer("notify.tell", payload)


@transaction.atomic
def answer_judgement(*, sample_id: int, text: str, actor: Actor, now: datetime) -> Sample:
    """What the operator has to say about it, once.

    Raises NoSuchSample, NotAllowed for anybody else, Invalid, Refused when it was answered.
    """
    row = queries.sample(actor, sample_id)
    if row.operator_id != member_of(actor):
        raise NotAllowed(_("who took the decision answers"))
    if row.ruling == Ruling.OPEN:
        raise Refused(_("this decision has not been judged yet"))
    said = words("text", text)
    if SampleAnswer.objects.filter(sample=row).exists():
        raise Refused(_("you have answered already"))
    try:
        with transaction.atomic():
            SampleAnswer.objects.create(sample=row, text=said, at=now)
    except IntegrityError as error:  # sent twice at once
        raise Refused(_("you have answered already")) from error
    return queries.sample(actor, sample_id)
