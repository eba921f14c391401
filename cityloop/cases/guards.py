"""Guards: named yes/no rules of the life cycle. Each returns None, or the reason it refuses."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

from cityloop.cases.change import Change
from cityloop.cases.models import RecordType
from cityloop.kernel.actor import Actor
from cityloop.people.scope import in_scope

Guard = Callable[[Change], str | None]


def located(change: Change) -> str | None:
    """The case has a place in a unit grid (A01); of an imported one any place that was known."""
    case = change.case
    if change.imported and (case.area_code or case.address or case.raw_x is not None):
        return None
    return None if case.grid_code else _("the case lies in no unit grid")


def class_chosen(change: Change) -> str | None:
    """A class of the catalogue is chosen (D01)."""
    chosen = change.inputs.get("problem_class") or change.case.problem_class_id
    return None if chosen else _("choose the class")


def rule_fits(change: Change) -> str | None:
    """The filing rule belongs to the case's class and to the level of the place (D03)."""
    rule = change.inputs.get("filing_rule")
    if rule is None:
        return _("choose the filing rule that applies")
    if rule.problem_class_id != change.case.problem_class_id:
        return _("this filing rule belongs to another class")
    level = change.inputs.get("place_level") or change.case.place_level
    if rule.place_level and level and rule.place_level != level:
        return _("this filing rule is for places of level %(level)s") % {"level": rule.place_level}
    return None


def verified_if_public(change: Change) -> str | None:
    """A public report is verified on site before filing (D06), unless the city leaves that out."""
    if change.case.verified != "wanted":
        return None
    return _("a public report is verified on site before it is filed")


def not_found_is_not_filed(change: Change) -> str | None:
    """What the inspector did not find is not filed."""
    if change.case.verified == "not_found":
        return _("the inspector did not find the problem")
    return None


def second_eye(change: Change) -> str | None:
    """Where a second eye is asked for, the shift leader files, and not the person who accepted."""
    wanted = change.flow.second_eye and change.second_eye
    if not wanted or change.role == "system":
        return None
    if change.role != "shift_leader":
        return _("this class is filed by the shift leader")
    same = (
        change.actor.member_id is not None and change.actor.member_id == change.case.accepted_by_id
    )
    if same and not change.flow.merge_posts:
        return _("another person than the acceptor files")
    return None


def unit_named(change: Change) -> str | None:
    """A responsible unit is named, and it is a unit that handles (E01)."""
    unit = change.inputs.get("unit")
    if unit is None:
        return _("name the responsible unit")
    return None if unit.active else _("%(unit)s is not active any more") % {"unit": unit.name_zh}


def dispatch_explained(change: Change) -> str | None:
    """The second dispatch of a case needs a reason (E03)."""
    again = change.case.dispatches + 1 >= change.flow.reason_from_dispatch
    if again and not change.inputs.get("reason"):
        return _("this case was dispatched before: give the reason")
    return None


def dispatch_within_rights(change: Change) -> str | None:
    """From the third dispatch on a supervisor decides (E03)."""
    if change.case.dispatches + 1 >= change.flow.supervisor_from_dispatch:
        return _("from dispatch number %(n)s on a supervisor decides") % {
            "n": change.flow.supervisor_from_dispatch
        }
    return None


def dispatch_needs_order(change: Change) -> str | None:
    """The supervisor orders a dispatch only where the dispatcher may not (E03)."""
    if change.case.dispatches + 1 < change.flow.supervisor_from_dispatch:
        return _("the dispatcher may still dispatch this case")
    return None


def own_unit_task(change: Change) -> str | None:
    """The actor's unit holds the open handling task."""
    tasks = change.open_tasks("handle", "assist")
    if any(_of_unit(change.actor, task.organisation_id) for task in tasks if task.kind == "handle"):
        return None
    return _("the case is not with your unit")


def own_member_task(change: Change) -> str | None:
    """The actor holds the open task in person."""
    held = change.open_tasks("verify", "check", "review")
    if change.actor.member_id is not None and any(
        task.member_id == change.actor.member_id for task in held
    ):
        return None
    if change.imported:
        return None
    return _("the task is not yours")


def worker_of_unit(change: Change) -> str | None:
    """The person assigned works in the unit that has the case (A33)."""
    worker = change.inputs.get("worker")
    if worker is None:
        return _("name the person")
    if not _of_unit(change.actor, worker.organisation_id):
        return _("%(name)s does not belong to your unit") % {"name": worker.name}
    return None


def assigned_or_unit(change: Change) -> str | None:
    """A case that has been assigned is handed in by the assigned person."""
    if change.case.worker_id and change.case.worker_id != change.actor.member_id:
        return _("another person of your unit has been assigned")
    return None


def has_photo(change: Change) -> str | None:
    """At least one photo is attached to this step (F07)."""
    pictures = any(paper.file.media_type.startswith("image/") for paper in change.papers)
    return None if pictures or change.imported else _("attach a photo")


def has_photo_of_result(change: Change) -> str | None:
    """The result is proven by a photo: of this step, or handed in by the worker (F02, F07)."""
    if change.source == "handed_in":
        return None  # the worker could not hand in without one
    return has_photo(change)


def has_photos_before_and_after(change: Change) -> str | None:
    """A self-handled case shows the place before and after (C30)."""
    stages = {p.stage for p in change.papers if p.file.media_type.startswith("image/")}
    missing = {"before", "after"} - stages
    return _("attach a photo before and one after") if missing and not change.imported else None


def on_the_spot(change: Change) -> str | None:
    """Only small matters (level 1) are settled on the spot (B09)."""
    return None if change.case.level == 1 else _("only level 1 matters are settled on the spot")


def closing_condition_met(change: Change) -> str | None:
    """The closing condition of the filing rule is ticked (F06)."""
    return None if change.inputs.get("closing_condition") else _("confirm the closing condition")


def another_than_asked(change: Change) -> str | None:
    """Who asks for a void does not approve it."""
    asked_by = change.case.asked_by
    if asked_by and asked_by == change.actor.member_id and not change.flow.merge_posts:
        return _("another person approves")
    return None


def was_filed(change: Change) -> str | None:
    """The case had been filed."""
    return None if change.case.filed_at else _("the case was never filed")


def was_self_handled(change: Change) -> str | None:
    """The case was settled by its finder."""
    settled = (RecordType.SELF_HANDLED, RecordType.REMINDER)
    return None if change.case.record_type in settled else _("the case was not self-handled")


def answer_owed(change: Change) -> str | None:
    """Somebody urged and waits for an answer."""
    return None if change.case.answer_owed else _("nobody waits for an answer")


def timer_due(change: Change) -> str | None:
    """The clock has passed its deadline."""
    kind = str(change.inputs.get("clock", ""))
    timer = change.timer(kind)
    if timer and timer.fire_at and timer.fire_at <= change.now:
        return None
    return _("no clock has run out")


def within_scope(change: Change) -> str | None:
    """The case lies within the actor's area, organisation or own work (O10); what is imported
    happened elsewhere."""
    actor, case = change.actor, change.case
    if change.source == "" or change.imported or actor.member_id in case.members:
        return None
    if in_scope(actor, organisation_ids=case.units, region_code=case.area_code):
        return None
    return _("the case lies outside your area")


def sides_kept_apart(change: Change) -> str | None:
    """Whoever judges a case never handles it, and the reverse; merged posts are recorded."""
    member = change.actor.member_id
    others = {"judging": change.case.handled_by, "handling": change.case.judged_by}
    other = others.get(change.side, [])
    if member is None or member not in other:
        return None
    if change.flow.merge_posts or change.actor.merged:
        change.facts["merged_posts"] = True
        return None
    return _("you took part on the other side of this case")


def _of_unit(actor: Actor, organisation_id: int | None) -> bool:
    if "system" in actor.roles:
        return True
    if organisation_id is None:
        return False
    if actor.organisation_ids is None:
        return actor.organisation_id == organisation_id
    return organisation_id in actor.organisation_ids
