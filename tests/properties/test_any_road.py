"""Any road through the life cycle: whatever anybody does in whatever order, the rules hold.

A walk takes two hundred steps that the table allows, by people of every post and by the clock,
with time passing between them. Which step, by whom, with what is chance; rare ones come first.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from cityloop.cases import clocks, fields, guards, lifecycle, proof
from cityloop.cases import operations as cases
from cityloop.cases.clocks import STAGE_CLOCK
from cityloop.cases.lifecycle import Step
from cityloop.cases.models import (
    FINAL,
    HELD,
    Case,
    CaseEvent,
    Flow,
    Status,
    Task,
    Timer,
    TimerKind,
)
from cityloop.intake import operations as intake
from cityloop.kernel import clock
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Problem
from cityloop.people import operations as people
from cityloop.standards import queries as standards
from tests.duty import person
from tests.town import MAINSTREAM, SINCE, SYSTEM, Town, forget

STEPS_OF_A_WALK = 200
WALKS = (1,)  # a walk takes a minute; more seeds find more, one is what every run can bear
BREADTH = 50  # of the actions of the table, at least; which ones chance decides
OPENINGS = ("report", "quick_report", "self_handle", "remind")
# Who has which post.
PEOPLE = {
    "inspector": "inspector", "inspector2": "inspector", "acceptor": "acceptor",
    "acceptor2": "acceptor", "shift_leader": "shift_leader", "dispatcher": "dispatcher",
    "supervisor": "supervisor", "supervisor2": "supervisor", "leader": "leader",
    "leader2": "leader", "water": "unit_desk", "roads": "unit_desk", "green": "unit_desk",
    "street": "unit_desk", "street2": "unit_desk", "water_worker": "worker",
    "district": "district_platform", "district_dispatcher": "dispatcher",
}  # fmt: skip
# Clocks of single stages; those of handling, the whole case, holds and orders run on.
STAGES = {"acceptance", "verify", "filing", "dispatch", "check", "closing"}
# Clocks that may run on a case that has ended: an answer that is still owed.
OUTLIVE = {TimerKind.REPLY.value}
STRAIGHT = {action for action, *_more in MAINSTREAM}
ELSEWHERE = {"recompute"}  # the calendar stays (test_holiday)
# What an open task of a kind waits for: a step that chance alone would rarely hit upon.
ANSWERS = {
    "assist": ("assist_done", "waive_assist"), "recheck": ("recheck_confirmed", "recheck_false"),
    "order": ("reply", "accept_reply", "send_back_reply"),
    "verify": ("verified", "not_found"), "check": ("check_passed", "check_failed"),
}  # fmt: skip
# How often the straight road is taken: mostly until a unit has the case, where most may happen.
EARLY = {"reported": 0.8, "verifying": 0.9, "accepted": 0.8, "filed": 0.6, "dispatched": 0.6}
CODES = ("C0101", "E0101", "E0110", "E0184")  # the last has a limit for works
# Everything of a case that a refused step might have touched, in one question.
TRACE = """
SELECT to_jsonb(c)::text,
  (SELECT string_agg(e.hash::text, ' ' ORDER BY e.version) FROM cases_event e WHERE case_id = c.id),
  (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.id)::text FROM cases_timer t WHERE case_id = c.id),
  (SELECT jsonb_agg(to_jsonb(k) ORDER BY k.id)::text FROM cases_task k WHERE case_id = c.id),
  (SELECT count(*) FROM cases_attachment WHERE case_id = c.id)
FROM cases_case c WHERE c.id = %s
"""
CHAIN = {
    "command": [
        {"level": "city", "minutes": 30},
        {"level": "district", "minutes": 30},
    ],
    "dispatch_begins": "lowest",
}


class Walk:
    """One walk: a town, its cases, chance."""

    def __init__(self, town: Town, seed: int, taken: Counter[str]) -> None:
        self.town, self.taken = town, taken
        self.chance = random.Random(seed)
        self.numbers: list[str] = []
        self.refusals: Counter[str] = Counter()
        self.known: dict[tuple[str, date], Actor] = {}
        self.last = CaseEvent.objects.aggregate(last=Max("id"))["last"] or 0

    def go(self) -> None:
        """So many steps; the rules are looked at after each."""
        done = 0
        while done < STEPS_OF_A_WALK:
            self.let_time_pass()
            if len(self.numbers) < 6 or self.chance.random() < 0.05:
                self.open_one()
            if self.numbers:
                done += self.step_somewhere()

    def let_time_pass(self) -> None:
        minutes = self.chance.choice((1, 2, 5, 10, 20, 45, 90))
        if self.chance.random() < 0.04:
            minutes = self.chance.choice((1, 3, 8, 70)) * 24 * 60
        self.town.wait(minutes=minutes)
        for number in self.counted(self.town.sweep):
            self.rules_hold(number)

    def counted(self, act: Callable[[], object]) -> list[str]:
        """Do something; note what the clock did, and return the cases that it touched."""
        act()
        rows = CaseEvent.objects.filter(id__gt=self.last).order_by("id")
        lines = list(rows.values_list("id", "action", "case__number"))
        self.last = lines[-1][0] if lines else self.last
        self.taken.update(action for _id, action, _number in lines)
        return sorted({number for _id, _action, number in lines})

    def open_one(self) -> None:
        self.publish(CHAIN if self.chance.random() < 0.4 else {"review_share": 1.0})
        kind = min(OPENINGS, key=lambda one: (self.taken[one] > 2, self.chance.random()))
        channel = "inspector" if kind != "report" else self.chance.choice(
            ("inspector", "hotline12345", "leader", "web"))  # fmt: skip
        stages = {"self_handle": ("before", "after"), "quick_report": ("report",)}
        point = self.town.grid(self.chance.randrange(1000)).geom.point_on_surface
        code = self.chance.choice(CODES)
        given: dict[str, Any] = {"x": point.x, "y": point.y, "kind": kind, "class_code": code}
        if kind in stages:
            given["photos"] = [self.photo(stage) for stage in stages[kind]]
        before = set(Case.objects.values_list("number", flat=True))
        with suppress(Problem):
            self.counted(lambda: self.town.report(channel, **given))
        for number in set(Case.objects.values_list("number", flat=True)) - before:
            self.numbers.append(number)
            self.rules_hold(number)

    def publish(self, parameters: dict[str, Any]) -> None:
        """The next case starts with this flow; those that run keep theirs."""
        Flow.objects.create(code=f"walk-{Flow.objects.count()}", published_at=clock.now(),
                            parameters=parameters)  # fmt: skip
        forget()

    def photo(self, stage: str) -> intake.PhotoIn:
        return intake.PhotoIn(self.town.stored(), stage)

    def step_somewhere(self) -> bool:
        """Often the straight road, else one of the steps that are rarely taken."""
        case = Case.objects.get(number=self.chance.choice(self.numbers[-9:]))
        offered = [step for step in lifecycle.STEPS
                   if case.status in step.source and step.action not in ELSEWHERE]  # fmt: skip
        if self.chance.random() < EARLY.get(case.status, 0.35):
            offered = [step for step in offered if step.action in STRAIGHT] or offered
        waited = self.waited_for(case)
        offered.sort(key=lambda step: self.rank(step.action, waited))
        before = trace(case)
        return any(self.try_step(case, step, before) for step in offered[:3])

    def waited_for(self, case: Case) -> set[str]:
        """The steps that answer an open task of the case."""
        kinds = set(case.tasks.filter(closed_at=None).values_list("kind", flat=True))
        named = {step.action for step in lifecycle.STEPS if step.action.partition("_")[2] in kinds}
        return named.union(*(ANSWERS.get(kind, ()) for kind in kinds))

    def rank(self, action: str, waited: set[str]) -> float:
        """Rare ones come first, then those that were refused seldom; what is waited for sooner."""
        seldom = (self.taken[action] + 1) * (1 + self.refusals[action] / 4)
        return seldom * self.chance.random() * (0.05 if action in waited else 1)

    def try_step(self, case: Case, step: Step, before: Any) -> bool:
        """By one person after the other until it is taken; refusals say why and leave no trace."""
        for actor in self.actors(step, case):
            refused, touched = self.refused(case, step, actor)
            if refused is None:
                assert case.number in touched
                for number in touched:
                    self.rules_hold(number)
                return True
            assert str(refused), step.action
        self.refusals[step.action] += 1
        assert trace(case) == before, f"{step.action} was refused and left a trace"
        return False

    def refused(self, case: Case, step: Step, actor: Actor) -> tuple[Problem | None, list[str]]:
        try:
            return None, self.counted(lambda: self.perform(case, step, actor))
        except Problem as problem:
            return problem, []

    def perform(self, case: Case, step: Step, actor: Actor) -> None:
        papers = [self.town.paper(stage) for stage in self.stages(step)]
        cases.perform(
            case.number, step.action, actor=actor, now=self.town.now, version=case.version,
            inputs=self.inputs(case, step), papers=papers,
        )  # fmt: skip

    def actors(self, step: Step, case: Case) -> list[Actor]:
        """Three of those whose post has the step, who has the case first; the clock's own steps."""
        if step.roles == ("system",):
            return [Actor.system("clock")]
        fit = [name for name, role in PEOPLE.items() if role in step.roles]
        found = [self.actor(name) for name in self.chance.sample(fit, len(fit))]
        found.sort(key=lambda one: one.organisation_id not in case.units)
        return found[:3]

    def actor(self, name: str) -> Actor:
        key = name, timezone.localdate(self.town.now)
        if key not in self.known:
            self.known[key] = self.town.actor(name)
        return self.known[key]

    def stages(self, step: Step) -> list[str]:
        if not any(name.rstrip("?") == "photos" for name in step.asks):
            return []
        return [guards.PHOTO_STAGE.get(step.action, "paper")]

    def inputs(self, case: Case, step: Step) -> dict[str, Any]:
        """What the form asks for; optional fields are left out now and then."""
        values = {}
        for name, required in step.fields:
            if name == "photos" or (not required and self.chance.random() < 0.4):
                continue
            value = self.value(case, step, name)
            if value is not None:
                values[name] = value
        return values

    def value(self, case: Case, step: Step, name: str) -> Any:
        pick, today = self.chance.choice, timezone.localdate(self.town.now)
        units = ("WATER", "ROADS", "GREEN")
        codes = [code for code, _label in fields.reasons(step.action)] or [None]
        choices: dict[str, Callable[[], Any]] = {
            "reason_code": lambda: pick(codes),
            "problem_class": lambda: None, "filing_rule": lambda: self.rule(case),
            "place_level": lambda: None, "engineering": lambda: None,
            "level": lambda: pick((1, 2, 3, 4)),
            "unit": lambda: pick(units), "fixed_by": lambda: pick(units),
            "liable": lambda: pick(units), "addressee": lambda: pick(units),
            "liable_open": lambda: pick((True, False)),
            "answer_by": lambda: f"{self.town.now + timedelta(hours=pick((1, 5, 30))):%FT%T%z}",
            "assists": lambda: [pick(units)], "territories": lambda: ["STREET1", "STREET2"],
            "worker": lambda: "water_worker",
            "inspector": lambda: pick(("inspector", "inspector2")),
            "called_as": lambda: pick(list(fields.CALLED_AS)), "shift": lambda: "白班",
            "person": lambda: pick(list(PEOPLE)), "successor": lambda: pick(list(PEOPLE)),
            "closing_condition": lambda: True, "extra": lambda: pick(("1", "2", "9")),
            "until": lambda: str(today + timedelta(days=pick((3, 20, 120)))),
            "final_day": lambda: str(today + timedelta(days=2)),
            "replies": lambda: [pick(list(fields.REPLIES))],
            "stage": lambda: pick(list(fields.STAGES)), "clock": lambda: "handling",
        }  # fmt: skip
        return choices.get(name, lambda: "说明")()

    def rule(self, case: Case) -> int | None:
        on = timezone.localdate(self.town.now)
        rules = standards.rules_for(case.problem_class_id or 0, on=on)
        return self.chance.choice(rules).pk if rules else None

    # --- the rules

    def rules_hold(self, number: str) -> None:
        case = Case.objects.get(number=number)
        timers, tasks = list(case.timers.all()), list(case.tasks.all())
        where = f"{number} {case.status} after {case.events.order_by('-version')[0].action}"
        assert case.status in Status.values, where
        one_owner(case, tasks, where)
        clocks_agree(case, timers, where)
        history_is_whole(case, where)
        assert not set(case.judged_by) & set(case.handled_by), f"{where}: both sides"


def trace(case: Case) -> Any:
    """Everything of a case that a refused step might have touched."""
    with connection.cursor() as cursor:
        cursor.execute(TRACE, [case.pk])
        return cursor.fetchone()


def one_owner(case: Case, tasks: list[Task], where: str) -> None:
    """Who owes what is clear: one lead at most, each open task with a holder."""
    waiting = [task for task in tasks if task.closed_at is None]
    for task in waiting:
        holder = task.member_id or task.organisation_id or task.role
        assert holder, f"{where}: {task.kind} of nobody"
    for task in tasks:
        assert task.closed_at is None or task.closed_at >= task.opened_at, f"{where}: {task.kind}"
    for kind in ("verify", "handle", "check", "recheck", "review"):
        assert sum(task.kind == kind for task in waiting) <= 1, f"{where}: two {kind}"
    if case.status in ("dispatched", "handling", "handed_in"):
        assert [t.organisation_id for t in waiting if t.kind == "handle"] == [case.lead_id], where


def clocks_agree(case: Case, timers: list[Timer], where: str) -> None:
    """One clock of a kind; none runs where none should; the list shows the stage's deadline."""
    going = [timer for timer in timers if timer.state != "ended"]
    kinds = [timer.kind for timer in going]
    assert len(kinds) == len(set(kinds)), f"{where}: {kinds}"
    running = {timer.kind for timer in going if timer.state == "running"}
    # A stage is judged while the case stands in it, and not afterwards.
    stage = {STAGE_CLOCK.get(status) for status in (case.status, case.resume_status)}
    assert running & STAGES <= stage, f"{where}: {running}"
    if case.status in FINAL:
        assert set(kinds) <= OUTLIVE, f"{where}: {kinds}"
    if case.status in HELD:
        running = {timer.kind for timer in going if timer.state == "running"}
        assert running <= {"hold", "backlog"}, f"{where}: {running}"
    for timer in going:
        assert timer.first_started_at <= timer.started_at
        assert (timer.fire_at is None) or timer.state == "running", where
    was = (case.due_at, case.yellow_at)
    clocks.show_stage_deadline(case, timers)
    assert (case.due_at, case.yellow_at) == was, f"{where}: the list shows another deadline"


def history_is_whole(case: Case, where: str) -> None:
    """A line a version, each beginning where the one before ended, each hash as computed."""
    lines = list(case.events.order_by("version"))
    assert [line.version for line in lines] == list(range(1, case.version + 1)), where
    status = ""
    for line in lines:
        assert line.source == status, f"{where}: line {line.version} begins at {line.source}"
        status = line.target
    assert status == case.status and lines[-1].hash == case.head, where


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.requirement("O01", "O02", "H05", "E03")
def test_whatever_is_done_in_whatever_order_the_rules_hold(town: Town) -> None:
    town.units["STREET2"] = people.create_organisation(
        code="STREET2", name_zh="二街道", kind="street", parent=town.units["DIST"],
        region_code=f"{town.units['STREET1'].region_code[:-1]}2", valid_from=SINCE, actor=SYSTEM,
        now=town.now,
    )  # fmt: skip
    for name, unit, role in (
        ("acceptor2", "PLAT", "acceptor"), ("supervisor2", "PLAT", "supervisor"),
        ("leader2", "PLAT", "leader"), ("street", "STREET1", "unit_desk"),
        ("street2", "STREET2", "unit_desk"), ("district_dispatcher", "DIST", "dispatcher"),
    ):  # fmt: skip
        person(town, name, unit, role)
    forget()
    taken: Counter[str] = Counter()
    for seed in WALKS:
        Walk(town, seed, taken).go()
    proof.seal(now=town.now)
    verdict = proof.verify(now=town.now)
    assert verdict.whole, verdict
    known = set(taken) & set(lifecycle.BY_ACTION)
    assert len(known) >= BREADTH, f"only {sorted(known)}"
