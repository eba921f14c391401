"""What the faces read: counters, lists, one case with all that its page shows, names of ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.utils.translation import gettext as _

from cityloop.assets.models import Component
from cityloop.cases import chain, privacy, state
from cityloop.cases import queries as cases
from cityloop.cases.models import OPEN, Attachment, Case, CaseEvent, Task, Timer
from cityloop.desks import narrowing
from cityloop.desks.boxes import BOXES, BY_KEY, Box, among_open, tasks_of
from cityloop.desks.columns import BY_KEY as COLUMNS
from cityloop.desks.models import ChosenColumns, ReadyText, SavedView, TakenList
from cityloop.evidence import queries as evidence
from cityloop.evidence import wording
from cityloop.geo import queries as geo
from cityloop.geo.models import ResponsibilityGrid
from cityloop.hotline import queries as hotline
from cityloop.hotline.models import Call
from cityloop.intake import checks
from cityloop.intake import queries as intake
from cityloop.intake.models import Report, Reporter, ReporterNotice
from cityloop.kernel.actor import Actor
from cityloop.kernel.changes import Asked, Change, asked_of, lines_of
from cityloop.kernel.errors import NotFound
from cityloop.people.models import Member, Organisation
from cityloop.petitions import queries as petitions
from cityloop.standards.models import FilingRule, ProblemClass

SITUATIONS = "situations to look at"  # a marker: this is a demo city that shows its examples


def counters(actor: Actor, *, now: datetime, only: Collection[str] | None = None) -> dict[str, int]:
    """How many cases lie in each box of the actor's scope, or in `only` these. Two statements, over
    open work only."""
    wanted = [box for box in BOXES if only is None or box.key in only]
    # Keys that no condition means: some boxes are called like fields.
    counts = {
        f"n_{box.key}": Count("pk", filter=among_open(box.condition(actor, now)))
        for box in wanted
        if box.counted and not box.task
    }
    waiting = cases.visible(actor).filter(status__in=OPEN)
    counted = waiting.order_by().aggregate(**counts)
    found: dict[str, int] = {key.removeprefix("n_"): number for key, number in counted.items()}
    tasks = {
        box.key: Count("case", distinct=True, filter=tasks_of(box, actor))
        for box in wanted
        if box.task
    }
    kinds = {kind for box in wanted for kind in box.task.split()}
    held = Task.objects.filter(closed_at=None, kind__in=kinds, case__in=cases.visible(actor))
    return found | held.aggregate(**tasks)


def listed(
    actor: Actor, filters: cases.Filters, *, box: str = "", also: str = "", now: datetime
) -> QuerySet[Case]:
    """The rows behind a box, narrowed by the filters and by what the address says besides."""
    rows = cases.search(actor, filters, now=now).select_related("worker")
    rows = rows.filter(narrowing.condition(also, actor, now))
    if chosen := BY_KEY.get(box):
        rows = rows.filter(chosen.condition(actor, now))
    return rows


def chosen_columns(actor: Actor) -> list[str]:
    """The columns that the actor chose for their lists; none where those of the desk serve."""
    found = ChosenColumns.objects.filter(member_id=actor.member_id or 0).first()
    return [key for key in found.keys if key in COLUMNS] if found else []


def saved_views(actor: Actor) -> list[SavedView]:
    """The lists that the actor kept, by name."""
    return list(SavedView.objects.filter(member_id=actor.member_id or 0).order_by("title"))


def ready_texts() -> QuerySet[ReadyText]:
    """The texts that are offered, by use and title."""
    return ReadyText.objects.filter(ended_at=None).order_by("use", "title")


def changes(asked: Asked) -> list[Change]:
    """Texts that were added and taken away, for the audit of configuration."""
    added = asked_of(
        ReadyText.objects.all(), asked, "texts", _text_added, at="added_at", actor="added_by"
    )
    ended = asked_of(
        ReadyText.objects.exclude(ended_at=None), asked, "texts", _text_ended, at="ended_at",
        actor="ended_by", member="",
    )  # fmt: skip
    return [*added, *ended]


def _text_added(row: ReadyText) -> Change:
    lines = lines_of({}, {str(row.get_use_display()): row.text})
    return Change("texts", row.pk * 2, row.added_at, row.added_by, row.title, lines)


def _text_ended(row: ReadyText) -> Change:
    assert row.ended_at is not None  # noqa: S101 (asked for)
    lines = lines_of({str(row.get_use_display()): row.text}, {})
    return Change("texts", row.pk * 2 + 1, row.ended_at, row.ended_by, row.title, lines)


def taken_lists() -> QuerySet[TakenList]:
    """The lists of cases that were taken away as files, unordered."""
    return TakenList.objects.select_related("member")


def first_of(actor: Actor, own: Sequence[Box], *, now: datetime, size: int = 12) -> list[Case]:
    """The cases of these boxes whose time runs out first."""
    condition = reduce(or_, (box.condition(actor, now) for box in own), Q(pk__in=()))
    rows = cases.search(actor, cases.Filters(status=OPEN), now=now).filter(condition)
    return list(rows.order_by(F("due_at").asc(nulls_last=True), "pk")[:size])


def area_names(found: Iterable[Case]) -> dict[str, str]:
    """Names of the streets and communities of these cases by their nine and twelve digits, in one
    statement."""
    codes = {case.area_code[:digits] for case in found for digits in (9, 12) if case.area_code}
    return geo.region_names(sorted(codes)) if codes else {}


def latest_event() -> int:
    """The highest id of the history, 0 when it is empty."""
    return CaseEvent.objects.aggregate(last=Max("pk"))["last"] or 0


@dataclass(slots=True)
class Names:
    """Words for the ids that history facts hold."""

    units: dict[int, Organisation] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    classes: dict[int, ProblemClass] = field(default_factory=dict)
    rules: dict[int, FilingRule] = field(default_factory=dict)


# Facts that hold ids, by the table that knows the words.
ID_FACTS = {
    "units": (
        "unit",
        "unit_before",
        "holder",
        "holder_before",
        "liable",
        "fixed_by",
        "addressee",
        "accused",
        "circle",
        "territories",
    ),
    "members": ("worker", "inspector", "person", "successor"),
    "classes": ("class", "problem_class"),
    "rules": ("rule", "filing_rule"),
}


def names_in(case: Case, lines: Sequence[CaseEvent]) -> Names:
    """Every unit, member, class and rule named in the case and its history; four statements."""
    ids: dict[str, set[int]] = {table: set() for table in ID_FACTS}
    for line in lines:
        for table, facts in ID_FACTS.items():
            for fact in facts:
                ids[table].update(_ids(line.facts.get(fact)))
        ids["units"].update(_assist_ids(line.facts.get("assisting")))
    ids["units"].update(_assist_ids(case.assisting))
    ids["units"] |= _ids(case.proposal.get("unit")) | _ids(case.proposal.get("owner"))
    return Names(
        units=Organisation.objects.in_bulk(ids["units"]),
        members=Member.objects.in_bulk(ids["members"]),
        classes=ProblemClass.objects.in_bulk(ids["classes"]),
        rules=FilingRule.objects.in_bulk(ids["rules"]),
    )


def _ids(fact: Any) -> set[int]:
    """An id, several, or the ids of a change {"was", "is"}."""
    if isinstance(fact, list):
        return {value for value in fact if isinstance(value, int)}
    if isinstance(fact, dict):
        return {value for value in fact.values() if isinstance(value, int)}
    return {fact} if isinstance(fact, int) and not isinstance(fact, bool) else set()


def _assist_ids(assists: Any) -> set[int]:
    return {int(one["organisation"]) for one in assists or () if one.get("organisation")}


@dataclass(frozen=True, slots=True)
class Noticed:
    """What a machine found out about a photo, in words; `odd`: look at it."""

    words: str
    odd: bool


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One case with everything that belongs to it."""

    case: Case
    lines: list[CaseEvent]
    timers: list[Timer]
    tasks: list[Task]
    papers: list[Attachment]
    names: Names
    area: str
    share: ResponsibilityGrid | None
    component: Component | None
    broken: int | None
    unlike: bool  # what is shown is not what the last line left
    noticed: dict[int, list[Noticed]]  # by id of the paper


def case_file(actor: Actor, number: str) -> CaseFile:
    """The whole file of one case; NotFound outside the actor's scope."""
    case = cases.get(actor, number)
    lines = cases.history(case)
    at = case.component_id
    component = Component.objects.filter(pk=at).first() if at is not None else None
    papers = cases.attachments(case)
    cases.only_seen(actor, [remark for paper in papers for remark in paper.remarks])
    broken = chain.broken_from(case, lines)  # as they are stored
    for line in lines:
        line.facts = privacy.facts_for(line.facts, actor, case)
    return CaseFile(
        case=case,
        lines=lines,
        timers=cases.timers(case),
        tasks=cases.tasks(case),
        papers=papers,
        names=names_in(case, lines),
        area=full_area(case.area_code),
        share=cases.responsibility_grid(case),
        component=component,
        broken=broken,
        unlike=broken is None and state.unlike(case),
        noticed=noticed_about(actor, case, papers),
    )


def _noticed(report: Report, case: Case) -> list[str]:
    """What was noticed as it came, in words; that it had no place only until the case has one."""
    return [
        checks.sentence(finding)
        for finding in report.checks
        if finding["code"] != "no_place" or case.point is None
    ]


def noticed_about(
    actor: Actor, case: Case, papers: Sequence[Attachment]
) -> dict[int, list[Noticed]]:
    """What was found out about each paper; no statement where there is none."""
    found: dict[tuple[int, int], list[Noticed]] = {}
    findings = evidence.findings(case) if papers else []
    cases.only_seen(actor, [one.facts for one in findings])
    for one in findings:
        words = Noticed(wording.words_of(one), one.odd)
        found.setdefault((one.version, one.file_id), []).append(words)
    return {paper.pk: found.get((paper.version, paper.file_id), []) for paper in papers}


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One report of a case with what was noticed, who it came from and what is owed for it."""

    report: Report
    number: str
    sentences: list[str]
    reporter: Reporter | None
    notices: list[ReporterNotice]
    calls: list[Call]  # with a recording that the reader may hear
    petition: str  # the number of the petition that it was transferred from


def reports_of(actor: Actor, case: Case) -> list[ReportFile]:
    """The reports of a case, for those who take reports; one statement more for petitions."""
    if not actor.may("intake.receive"):
        return []
    found = intake.reports_of(actor, case.number)
    notices: dict[int, list[ReporterNotice]] = {}
    for notice in ReporterNotice.objects.filter(report__in=found).order_by("pk"):
        notices.setdefault(notice.report_id, []).append(notice)
    calls, numbers = hotline.calls_of(actor, found), petitions.numbers_of(actor, found)
    retold = hotline.retold_of(actor, (one for one in found if one.source_key))
    return [
        ReportFile(
            report=one,
            number=intake.report_number(case.number, one.ordinal),
            sentences=[*_noticed(one, case), *retold.get(one.pk, [])],
            reporter=intake.reporter_of(actor, one),
            notices=notices.get(one.pk, []),
            calls=calls.get(one.pk, []),
            petition=numbers.get(one.pk, ""),
        )
        for one in found
    ]


def notice_seen(actor: Actor, notice_id: int) -> ReporterNotice:
    """An answer that is or was owed for a case in the actor's scope; raises NotFound."""
    rows = ReporterNotice.objects.filter(report__case__in=cases.visible(actor))
    found = rows.select_related("report__case").filter(pk=notice_id).first()
    if found is None:
        raise NotFound(_("there is no such answer to give"))
    return found


def full_area(code: str) -> str:
    """ "district street community" of a code, as far as known."""
    parts = [code[:length] for length in (6, 9, 12) if len(code) >= length]
    known = geo.region_names(parts) if parts else {}
    return " ".join(known[part] for part in parts if part in known)
