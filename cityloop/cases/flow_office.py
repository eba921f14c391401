"""What the office's pages of the flow say: what differs, what is wrong, where another begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.cases import modes, operations, queries, workflow
from cityloop.cases.flow import DISTRICT_MAY, DISTRICTS, Parameters, parameters
from cityloop.cases.flow_forms import DEFAULTS, ORDER, FlowForm, PublishForm, starts, words_of
from cityloop.cases.flow_names import GROUPS, LEVELS, PARAMETERS, in_words, said
from cityloop.cases.models import Flow
from cityloop.cases.naming import STEPS
from cityloop.geo import queries as geo
from cityloop.kernel.actor import ROLES, Actor
from cityloop.kernel.errors import Invalid, NotFound
from cityloop.kernel.templatetags.ui import named
from cityloop.people import queries as people

MODES = Path(settings.BASE_DIR) / "data" / "modes"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is being edited: the flow in force, for which area, and what the form begins with."""

    current: Flow
    area: str
    mode: str
    begins: Mapping[str, Any]  # a whole stored flow

    @property
    def before(self) -> Mapping[str, Any]:
        """What the city, or the area, has stored of its own."""
        stored: Mapping[str, Any] = self.begins
        return (stored.get(DISTRICTS) or {}).get(self.area, {}) if self.area else stored


def own(stored: Mapping[str, Any]) -> list[tuple[Any, str, str]]:
    """(parameter, its value, the program's own) of what the city has set differently."""
    effective = parameters(stored)
    return [
        (PARAMETERS[name].label, _told(name, getattr(effective, name)),
         _told(name, getattr(DEFAULTS, name)))
        for name in ORDER if getattr(effective, name) != getattr(DEFAULTS, name)
    ]  # fmt: skip


def _told(name: str, value: Any) -> str:
    """As flow_names says it, steps and roles by their names in this city."""
    if name != "roles" or not value:
        return said(name, value)
    roles = people.role_names(ROLES)
    return "; ".join(
        f"{STEPS.get(action, action)}: {', '.join(roles.get(one, one) for one in held)}"
        for action, held in value
    )


def districts(stored: Mapping[str, Any]) -> list[tuple[str, str, list[str]]]:
    """(code, name, what differs from the city) of each area with a way of its own."""
    areas = stored.get(DISTRICTS) or {}
    names = geo.region_names(areas)
    return [
        (code, names.get(code, code), _changes(parameters(stored), parameters(stored, code)))
        for code in sorted(areas)
    ]


def all_modes() -> list[tuple[modes.Mode, str]]:
    """Every mode of data/modes with its title."""
    return [
        (one, named(one, "title")) for one in map(modes.read_mode, sorted(MODES.glob("*.toml")))
    ]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What one stored flow has otherwise than another, in the city and in each area."""
    found = _changes(parameters(old), parameters(new))
    areas = sorted({*(old.get(DISTRICTS) or {}), *(new.get(DISTRICTS) or {})})
    names = geo.region_names(areas) if areas else {}
    for area in areas:
        for line in _changes(_at(old, area), _at(new, area), DISTRICT_MAY):
            if line not in found:
                found.append(f"{names.get(area, area)}: {line}")
    return found


def _at(stored: Mapping[str, Any], area: str) -> Parameters:
    return parameters(stored, area)


def _changes(old: Parameters, new: Parameters, names: Any = ORDER) -> list[str]:
    return [
        f"{PARAMETERS[name].label}: {_told(name, getattr(old, name))} → "
        f"{_told(name, getattr(new, name))}"
        for name in ORDER if name in names and getattr(old, name) != getattr(new, name)
    ]  # fmt: skip


def in_names(sentences: list[str]) -> list[str]:
    """Faults and warnings with names instead of codes."""
    roles = people.role_names(ROLES) if sentences else {}
    return [in_words(one, roles) for one in sentences]


def draft_of(area: str, code: str) -> Draft:
    """What the address asks for; raises NotFound for a mode or an area that is none."""
    if area and not (len(area) in (6, 9) and area in geo.region_names([area])):
        raise NotFound(_("there is no such district or street"))
    current = queries.current_flow()
    begins: Mapping[str, Any] = current.parameters
    if code:
        mode = next((one for one, _title in all_modes() if one.code == code), None)
        if mode is None:
            raise NotFound(_("there is no such mode"))
        begins = modes.applied(begins, mode.parameters, area)
    return Draft(current, area, code, begins)


def verdict(form: FlowForm, draft: Draft, now: datetime) -> dict[str, Any]:
    """What the checker says of the form's values, and what they change."""
    if form.is_bound and not form.is_valid():
        return {"faults": words_of(form), "warnings": [], "changes": [], "wanted": None}
    wanted = dict(draft.begins)
    if form.is_bound:
        wanted = modes.laid_over(draft.begins, form.stored(draft.before), draft.area)
        if draft.area and not wanted[DISTRICTS][draft.area]:
            del wanted[DISTRICTS][draft.area]  # as the city again
    faults = workflow.faults_on(wanted, timezone.localdate(now))
    found: dict[str, Any] = {"faults": in_names(faults), "warnings": [], "changes": [],
                             "wanted": None if faults else wanted}  # fmt: skip
    if not faults:
        found["changes"] = differences(draft.current.parameters, wanted)
        found["warnings"] = in_names(workflow.warnings(wanted))
    return found


def form_of(draft: Draft, data: Any) -> FlowForm:
    """The form of a flow, or of what an area has of its own."""
    usual = parameters({**draft.begins, DISTRICTS: {}}) if draft.area else DEFAULTS
    flow = parameters(draft.begins, draft.area)
    return FlowForm(data, initial=starts(flow), usual=usual, area=draft.area)


def place(draft: Draft) -> str:
    """The name of the area that is edited, '' for the city."""
    return geo.region_names([draft.area]).get(draft.area, draft.area) if draft.area else ""


def published(
    form: PublishForm, draft: Draft, wanted: Mapping[str, Any], actor: Actor, now: datetime
) -> bool:
    """Whether it was published; what speaks against it stands in the form."""
    if form.cleaned_data["base"] != draft.current.code:
        form.add_error(None, _("another flow was published meanwhile: look at the difference"))
        return False
    code = draft.mode or draft.current.code.rpartition("-")[0] or draft.current.code
    try:
        operations.publish_flow(
            code=code[: modes.LONGEST_CODE], parameters=wanted, actor=actor, now=now,
            reason=form.cleaned_data["reason"],
        )  # fmt: skip
    except Invalid as problem:
        form.add_error(None, in_names([str(one) for one in problem.reasons]))
        return False
    return True


def groups(form: FlowForm) -> list[tuple[Any, list[Any], list[Any]]]:
    """(title, lines, what needs the whole width) group by group."""
    found = []
    for code, title in GROUPS.items():
        names = [n for n in form.names if PARAMETERS[n].group == code and n != "command"]
        wide = [n for n in names if _is_wide(form, n)]
        lines = [form[n] for n in names if n not in wide]
        if names:
            found.append((title, lines, [form[n] for n in wide]))
    return found


def _is_wide(form: FlowForm, name: str) -> bool:
    widget = form.fields[name].widget
    return "rows" in widget.attrs or getattr(widget, "allow_multiple_selected", False)


def level_rows(form: FlowForm) -> list[tuple[Any, list[Any]]]:
    """Each level with its fields."""
    parts = ("on", "minutes", "upto", "own_units", "platform")
    return [(label, [form[f"{code}_{part}"] for part in parts]) for code, label in LEVELS.items()]
