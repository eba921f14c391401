"""Guards on who goes on site."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases.change import Change
from cityloop.people import queries as people
from cityloop.people.roles import CHECKERS, VERIFIERS


def inspector_in_post(change: Change) -> str | None:
    """Who is sent on site holds an inspector's post that day, of the hired company or of a
    professional team; before filing the contact station of the community may go too."""
    if change.imported:
        return None  # who went there is not known here
    inspector = change.inputs.get("inspector")
    if inspector is None:
        return _("name the inspector")
    allowed = VERIFIERS if change.action == "send_verify" else CHECKERS
    held = people.roles_held(inspector.pk, timezone.localdate(change.now), *allowed)
    if not held:
        return _("%(name)s holds no inspector's post now") % {"name": inspector.name}
    checker = next(role for role in allowed if role in held)
    if checker != "inspector":
        change.facts["checker"] = checker
    return None


def inspector_of_the_place(change: Change) -> str | None:
    """Whoever sends does not choose who judges: where inspectors walk the street of the place,
    somebody from elsewhere goes with a reason only (D06, F04). A contact station sees its own
    ground; in a small centre one operator goes everywhere."""
    inspector, area = change.inputs.get("inspector"), change.case.area_code
    if change.imported or inspector is None or not area or change.flow.merge_posts:
        return None
    day = timezone.localdate(change.now)
    checker = change.facts.get("checker", "inspector")
    if checker == "community_station":
        home = inspector.organisation.region_code or "-"
        return None if area.startswith(home) else _(
            "%(name)s answers for another community") % {"name": inspector.name}  # fmt: skip
    if checker != "inspector":
        return None  # a professional team goes where it is called
    near = people.inspectors_near(area, on=day)
    if not near or inspector.pk in near or not people.walks_anywhere(inspector.pk, on=day):
        return None
    change.facts["elsewhere"] = True
    if change.inputs.get("opinion"):
        return None
    return _("%(name)s does not walk there, others do: say in the remark why they should go") % {
        "name": inspector.name
    }


def inspector_apart(change: Change) -> str | None:
    """Nobody checks what was handled by a body of one house with them, or with their post (F01)."""
    inspector = change.inputs.get("inspector")
    if change.imported or inspector is None:
        return None
    goes = people.actor_seen_lately(inspector.pk, change.now)
    if goes is None or not goes.belongs_to(*change.case.handlers):
        return None
    if change.flow.merge_posts:
        change.facts["merged_posts"] = True
        return None
    return _("%(name)s belongs to a unit that handled this case") % {"name": inspector.name}
