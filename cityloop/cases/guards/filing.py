"""Guards before a case is filed or voided."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import clocks
from cityloop.cases.change import Change
from cityloop.cases.flow import from_public
from cityloop.cases.models import FINAL, Case, CaseEvent, RecordType, Status
from cityloop.kernel.actor import Actor
from cityloop.kernel.phones import masked
from cityloop.kernel.turns import take_turn
from cityloop.standards import queries as standards
from cityloop.standards.models import FilingRule, ProblemClass

USUAL_LEVEL = 2  # of four, the gravest last


def located(change: Change) -> str | None:
    """The case has a place in a unit grid (A01); of an imported one any place that was known."""
    case = change.case
    if change.imported and (case.area_code or case.address or case.raw_x is not None):
        return None
    return None if case.grid_code else _("the case lies in no unit grid")


def class_chosen(change: Change) -> str | None:
    """A class of the catalogue is chosen (D01), under which cases may be filed on this day."""
    given = change.inputs.get("problem_class")
    chosen = given.pk if given else change.case.problem_class_id
    if not chosen:
        return _("choose the class")
    if change.imported or standards.class_holds(chosen, on=timezone.localdate(change.now)):
        return None
    return _("this class is not in force: choose one of the present edition")


def rule_fits(change: Change) -> str | None:
    """The filing rule is of the case's class and the level of the place, and in force (D03)."""
    rule = change.inputs.get("filing_rule")
    if rule is None:
        return _("choose the filing rule that applies")
    if rule.problem_class_id != change.case.problem_class_id:
        return _("this filing rule belongs to another class")
    level = change.inputs.get("place_level") or change.case.place_level
    if rule.place_level and level and rule.place_level != level:
        return _("this filing rule is for places of level %(level)s") % {"level": rule.place_level}
    return None if change.imported or change.case.imported else _not_in_force(rule, change)


def _not_in_force(rule: FilingRule, change: Change) -> str | None:
    """Season and edition count on the day of filing."""
    on = timezone.localdate(change.now)
    if not standards.in_its_season(rule, on):
        return _("this filing rule holds from %(first)s to %(last)s of a year only") % {
            "first": rule.season_from,
            "last": rule.season_to,
        }
    if not standards.holds(rule, on=on):
        return _("the edition of this filing rule is not in force: choose another rule or class")
    return None


def engineering_known(change: Change) -> str | None:
    """The longer limit for engineering work is one that the rule knows (D03); with a reason, and
    approved by the shift leader, like the change to it later (H02)."""
    rule = change.inputs.get("filing_rule")
    if rule is None or not change.inputs.get("engineering"):
        return None
    if not rule.engineering_amount:
        return _("this filing rule has no limit for engineering work")
    if change.imported:
        return None
    if change.role != "shift_leader":
        return _("the limit for engineering work is approved by the shift leader")
    return (
        None
        if change.inputs.get("opinion")
        else _("say in the remark why the limit for engineering work applies")
    )


def verified_if_public(change: Change) -> str | None:
    """A public report is verified on site before it is filed or settled by a reminder (D06), unless
    the city leaves that out."""
    if change.case.verified != "wanted":
        return None
    return _("a public report is verified on site before it is filed or settled")


def not_found_is_not_filed(change: Change) -> str | None:
    """What the inspector did not find is neither filed nor settled by a reminder."""
    if change.case.verified == "not_found":
        return _("the inspector did not find the problem")
    return None


def second_eye(change: Change) -> str | None:
    """Where a second eye is asked for, the shift leader files, and not the person who accepted."""
    wanted = change.flow.second_eye and change.second_eye
    if not wanted or change.role == "system" or _skips_second_eye(change):
        return None
    if change.role != "shift_leader":
        return _("this class is filed by the shift leader")
    same = (
        change.actor.member_id is not None and change.actor.member_id == change.case.accepted_by_id
    )
    if same and not change.flow.merge_posts:
        return _("another person than the acceptor files")
    return None


def _skips_second_eye(change: Change) -> bool:
    """The city lets this class go on without a second eye (D02)."""
    skipped, rule = change.flow.no_second_eye, change.inputs.get("filing_rule")
    if not skipped or rule is None:
        return False
    code = rule.problem_class.short_code
    return not {code, code[:3], code[:1], "*"}.isdisjoint(skipped)


def another_than_asked(change: Change) -> str | None:
    """Who asks for a void does not approve it."""
    asked_by = change.case.asked_by
    if asked_by and asked_by == change.actor.member_id and not change.flow.merge_posts:
        return _("another person approves")
    return None


def was_filed(change: Change) -> str | None:
    """The case had been filed."""
    return None if change.case.filed_at else _("the case was never filed")


def never_filed(change: Change) -> str | None:
    """A case that was filed ends by closing, or by a void that another person approves (D07)."""
    if change.case.filed_at is None:
        return None
    return _("the case was filed: request a void, or let it be handled")


def same_case(change: Change) -> str:
    """The number of the case that this one is said to be the same as; '' where it is none.

    Who approves a void as a duplicate and names none means the case that the request named, unless
    its problem was handled meanwhile.
    """
    number = str(change.inputs.get("same_as") or "")
    if number or change.action != "approve_void" or not _as_duplicate(change):
        return number
    number = same_as_asked(change.case)
    handled = Case.objects.filter(number=number, status=Status.CLOSED)
    return "" if handled.exists() else number


def same_as_asked(case: Case) -> str:
    """The number that the request to void this case named, '' where it named none."""
    asked = CaseEvent.objects.filter(case=case, action="request_void").order_by("-version")
    return str(asked.values_list("facts__same_as", flat=True).first() or "")


def same_case_goes_on(change: Change) -> str | None:
    """Whoever says which case it is the same as names an open one that they see: its reports are to
    be answered with that case (D07). What the request named counts as said by who approves."""
    if _as_duplicate(change):
        _one_at_a_time()
    number, said = same_case(change), change.inputs.get("same_as")
    if not number:
        return None
    if not _as_duplicate(change):
        return _("only what was reported before is the same as another case")
    if "written_report" in change.case.replies_owed:
        return _("a written report is owed of this case itself")
    there = _open_ones(number).exclude(pk=change.case.pk)
    if said and not _seen_by(change.actor, there):
        return _("case %(number)s is not an open one that you see") % {"number": number}
    if not there.exists():
        return _("case %(number)s, which the request named, is open no more: name another one, "
                 "or refuse the request") % {"number": number}  # fmt: skip
    return None


def _as_duplicate(change: Change) -> bool:
    return change.inputs.get("reason_code") == "duplicate"


def _open_ones(number: str) -> QuerySet[Case]:
    known = Case.objects.filter(number=number).exclude(status__in=FINAL)
    return known.filter(record_type__in=(RecordType.CASE, RecordType.QUICK))


def _one_at_a_time() -> None:
    """Of two cases that are ended as the same as each other at one moment, the second reads what
    the first became; locking both cases would be a deadlock."""
    take_turn("cityloop.same_case")


def _seen_by(actor: Actor, found: QuerySet[Case]) -> bool:
    from cityloop.cases.queries import scope  # the queries look at guards

    return found.filter(scope(actor)).exists()


def level_then(change: Change) -> int:
    """The level after this step: the one given, else that of another class that is chosen (B09).

    Where somebody had set a level other than the class's own, it only rises with the new class.
    """
    case, chosen = change.case, change.inputs.get("problem_class")
    if change.inputs.get("level"):
        return int(change.inputs["level"])
    if chosen is None or chosen.pk == case.problem_class_id:
        return case.level
    own = case.problem_class.level if case.problem_class else USUAL_LEVEL
    return int(chosen.level if case.level == own else max(case.level, chosen.level))


def corrections(change: Change) -> dict[str, tuple[Any, Any]]:
    """What of the case the inputs make another: {field: (as it was, as it is)}; no telephone number
    comes in."""
    case, inputs = change.case, change.inputs | {"level": level_then(change)}
    chosen = inputs.get("problem_class")
    found: dict[str, tuple[Any, Any]] = {}
    if chosen is not None and chosen.pk != case.problem_class_id:
        found["problem_class"] = (case.problem_class_id, chosen.pk)
    for name in ("level", "description", "address"):
        value = inputs.get(name)
        value = masked(value) if isinstance(value, str) else value
        if value not in (None, "") and value != getattr(case, name):
            found[name] = (getattr(case, name), value)
    return found


def something_corrected(change: Change) -> str | None:
    """A correction leaves the case another than it was, or with another paper."""
    return None if change.papers or corrections(change) else _("nothing of the case would change")


def lower_level_explained(change: Change) -> str | None:
    """Who makes a matter less grave than it stands says why (B09)."""
    case, given = change.case, change.inputs.get("level")
    if change.imported or not given or int(given) >= case.level or change.inputs.get("reason"):
        return None
    return _("say in the reason why this matter is less grave")


def small_matter(change: Change) -> str | None:
    """Only what is below a case is settled by a reminder: nothing grave (B10), and nobody makes a
    grave matter small and settles it alone."""
    if level_then(change) > USUAL_LEVEL:
        return _("a matter of this level becomes a case: accept it")
    if not change.imported and _was_grave(change) and _made_small_alone(change):
        return _("a matter of this class is grave: the shift leader settles it, or accept it")
    return None


def _was_grave(change: Change) -> bool:
    """Whether a class that the case has, gets or ever had is grave. Two statements."""
    given, case = change.inputs.get("problem_class"), change.case
    lines = CaseEvent.objects.filter(case=case.pk, facts__has_key="class")
    held = [case.problem_class_id, given.pk if given else None]
    held += lines.values_list("facts__class__was", flat=True)
    classes = ProblemClass.objects.filter(pk__in=[one for one in held if one])
    return classes.filter(level__gt=USUAL_LEVEL).exists()


def _made_small_alone(change: Change) -> bool:
    """Whether nobody but the actor has called the matter less grave than its class."""
    if change.role != "shift_leader" or change.inputs.get("problem_class"):
        return True
    lines = CaseEvent.objects.filter(case=change.case.pk, facts__has_any_keys=["level", "class"])
    return lines.filter(member=change.actor.member_id).exists()


def no_report_owed(change: Change) -> str | None:
    """What a leader sent is answered in writing, so it is a case first (C07)."""
    if change.imported or not change.facts.get("written_report"):
        return None
    return _("register it as a report: a written answer is owed")


def not_told_by_the_public(change: Change) -> str | None:
    """What is to be seen or reviewed ends by no reminder at once: it is a report first (B10, D06,
    G09). The inspector stands there and sees it."""
    case = change.case
    asked = case.verified == "wanted" or from_public(case, change.flow.reviewed_channels)
    if not asked or change.imported or change.role == "inspector":
        return None
    return _("register it as a report: what the public reported is seen, or reviewed, first")


def void_not_reject(change: Change) -> str | None:
    """A report that was never filed is rejected; a void is for what was accepted or filed (D07)."""
    if change.source != Status.REPORTED or change.case.filed_at:
        return None
    return _("this report was never filed: reject it")


def another_than_found(change: Change) -> str | None:
    """Nobody reviews what they settled themselves (C30)."""
    member = change.actor.member_id
    if member is None or member not in change.case.judged_by or change.flow.merge_posts:
        return None
    return _("another person than the finder reviews")


def review_waits(change: Change) -> str | None:
    """The case was settled by its finder and drawn for review, which nobody has done yet (C30)."""
    return None if change.open_tasks("review") else _("no sampled review waits here")


def closing_condition_met(change: Change) -> str | None:
    """The closing condition of the filing rule is ticked (F06)."""
    return None if change.inputs.get("closing_condition") else _("confirm the closing condition")


def deadline_moves(change: Change) -> str | None:
    """Under the calendar as it is now some deadline is another one (H05)."""
    return None if clocks.moved_by_calendar(change) else _("no deadline changes")


def timer_due(change: Change) -> str | None:
    """The clock has passed its deadline."""
    kind = str(change.inputs.get("clock", ""))
    timer = change.timer(kind)
    if timer and timer.fire_at and timer.fire_at <= change.now:
        return None
    return _("no clock has run out")
