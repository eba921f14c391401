"""The fields that steps ask for: one table; forms, API and documentation are made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from cityloop.cases.guards.replies import REPLIES
from cityloop.cases.lifecycle import Step
from cityloop.cases.models import Case
from cityloop.cases.spots import Spot, spot
from cityloop.kernel.encoding import says_something, whole
from cityloop.kernel.errors import Invalid
from cityloop.people.models import Member, Organisation
from cityloop.standards.models import FilingRule, ProblemClass

MAX_TEXT, MAX_EXTRA = 2000, 1000
Choice = tuple[str, str]

# Reason codes by action: counted, so they are codes; the free text stands beside them.
REASONS: dict[str, tuple[tuple[str, Any], ...]] = {
    "reject": (
        ("not_a_problem", lazy("not a matter of city management")),
        ("outside_area", lazy("outside the managed area")),
        ("not_found", lazy("not found on site")),
        ("duplicate", lazy("reported before")),
        ("too_vague", lazy("too vague to find")),
    ),
    "void": (
        ("below_condition", lazy("does not meet a filing condition")),
        ("duplicate", lazy("reported before")),
        ("solved_itself", lazy("gone before dispatch")),
        ("withdrawn", lazy("withdrawn by who reported it")),
    ),
    "return": (
        ("not_ours", lazy("not the duty of this unit")),
        ("wrong_place", lazy("the place is wrong")),
        ("wrong_class", lazy("the class is wrong")),
        ("needs_other_unit", lazy("another unit must act first")),
    ),
    "return_to_acceptance": (
        ("wrong_class", lazy("the class is wrong")),
        ("wrong_place", lazy("the place is wrong")),
        ("no_unit", lazy("no unit is responsible")),
    ),
    "pass_up": (
        ("beyond_us", lazy("beyond what this platform can settle")),
        ("other_area", lazy("another area must act too")),
        ("not_ours", lazy("not the duty of this platform")),
        ("needs_support", lazy("support of the level above is needed")),
    ),
    "ask_better_proof": (
        ("unclear_photo", lazy("the photo is unclear")),
        ("other_place", lazy("the photo shows another place")),
        ("no_date", lazy("the photo carries no date")),
        ("not_done", lazy("the photo shows unfinished work")),
    ),
    "check_again": (
        ("weak_proof", lazy("the proof of the check is weak")),
        ("late_check", lazy("the check came too late to tell")),
    ),
    "check_failed": (
        ("undone", lazy("nothing was done")),
        ("partly", lazy("done in part only")),
        ("poor_work", lazy("done badly")),
        ("other_place", lazy("another place was handled")),
        ("back_again", lazy("the problem is there again")),
    ),
    "demand_rework": (
        ("condition_not_met", lazy("the closing condition is not met")),
        ("other_place", lazy("another place was handled")),
    ),
    "send_back": (
        ("wrong_class", lazy("the class is wrong")),
        ("wrong_place", lazy("the place is wrong")),
        ("wrong_rule", lazy("the filing rule is wrong")),
        ("wrong_unit", lazy("the wrong unit handled it")),
        ("other_place", lazy("another place was handled")),
        ("condition_not_met", lazy("the closing condition is not met")),
        ("weak_proof", lazy("the proof of the check is weak")),
        ("late_check", lazy("the check came too late to tell")),
        ("false_proof", lazy("the proof is not genuine")),
    ),
    "force_close": (
        ("leader_decision", lazy("decided by a leader")),
        ("no_longer_needed", lazy("no longer needed")),
        ("handled_elsewhere", lazy("handled in another procedure")),
    ),
}
# The steps to which a case can be sent back; each is done anew, and nothing is lost.
STAGES: dict[str, Any] = {
    "acceptance": pgettext_lazy("responsible step", "acceptance"),
    "filing": pgettext_lazy("responsible step", "filing"),
    "dispatch": pgettext_lazy("responsible step", "dispatch"),
    "handling": pgettext_lazy("responsible step", "handling"),
    "check": pgettext_lazy("responsible step", "check"),
}
# As what somebody is called to a dispatch; nobody on duty: the unit's desk.
CALLED_AS: dict[str, Any] = {
    "on_duty": pgettext_lazy("called as", "on duty now"),
    "next": pgettext_lazy("called as", "next on duty"),
    "deputy": pgettext_lazy("called as", "named deputy"),
    "desk": pgettext_lazy("called as", "the unit's desk"),
}
REASONS["request_void"] = REASONS["approve_void"] = REASONS["void"]
REASONS["ask_suspension"] = REASONS["ask_deferral"] = (
    ("season", lazy("possible only in another season")),
    ("budget", lazy("the money is not granted yet")),
    ("owner_in_dispute", lazy("the owner is in dispute")),
    ("other_works", lazy("other works must end first")),
    ("conditions_missing", lazy("the conditions for handling are missing")),
)
REASONS["ask_extension"] = REASONS["wish_extension"] = (
    ("weather", lazy("weather")),
    ("material", lazy("material or parts must come first")),
    ("extent", lazy("more to do than could be seen")),
    ("permit", lazy("a permit must come first")),
    ("other_party", lazy("another party must act first")),
)
REASONS["note_fraud"] = (
    ("fake_photo", lazy("faked photo")),
    ("false_close", lazy("false closing")),
    ("moved", lazy("moved position")),
    ("split", lazy("split or padded reports")),
    ("other", lazy("other fraud")),
)
REASONS["ask_appeal"] = (
    ("sent_late", lazy("the case was sent to the unit too late or wrongly")),
    ("weather", lazy("weather")),
    ("not_reachable", lazy("the place could not be entered")),
    ("system", lazy("the system was out of order")),
)


@dataclass(frozen=True, slots=True)
class Field:
    """One input: how it is shown (`widget`) and how its raw value is read."""

    name: str
    label: Any
    widget: str  # text, long, number, date, moment, select, check, photos, search
    read: Callable[[Any], Any]
    help: Any = ""


def _text(raw: Any) -> str:
    if not isinstance(raw, str | int):  # a number may be typed; a list or an object is no text
        raise ValueError(_("a text"))
    text = str(raw).replace("\x00", "").strip()
    if len(text) > MAX_TEXT:
        raise ValueError(_("at most %(n)s characters") % {"n": MAX_TEXT})
    return text


def _flag(raw: Any) -> bool:
    return raw is True or str(raw).lower() in {"1", "true", "on", "yes"}


def _level(raw: Any) -> int:
    if str(raw) not in {"1", "2", "3", "4"}:
        raise ValueError(_("a level from 1 to 4"))
    return int(raw)


def _place_level(raw: Any) -> str:
    if str(raw).upper() not in {"A", "B", "C"}:
        raise ValueError(_("A, B or C"))
    return str(raw).upper()


def _stage(raw: Any) -> str:
    if str(raw) not in STAGES:
        raise ValueError(_("one of: %(steps)s") % {"steps": ", ".join(STAGES)})
    return str(raw)


def _called_as(raw: Any) -> str:
    if str(raw) not in CALLED_AS:
        raise ValueError(_("one of: %(steps)s") % {"steps": ", ".join(CALLED_AS)})
    return str(raw)


def _one(model: Any, by: str = "", *, also: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    """The row with this id, or with this code; ValueError when there is none.

    `also`: rows beside it that every step with this field looks at.
    """

    def read(raw: Any) -> Any:
        if isinstance(raw, model):
            return raw
        key = str(raw).replace("\x00", "")
        number = key.isascii() and key.isdigit() and len(key) < 19
        rows = model.objects.select_related(*also) if also else model.objects
        found = rows.filter(pk=int(key)).first() if number else None
        if found is None and by:
            found = rows.filter(**{by: key}).first()
        if found is None:
            raise ValueError(_("unknown: %(value)s") % {"value": key[:60]})
        return found

    return read


def _assists(raw: Any) -> list[dict[str, Any]]:
    """[{organisation, role}] or ids or codes; without a role: that of the proposal, or assist."""
    items = raw if isinstance(raw, Sequence) and not isinstance(raw, str) else [raw]
    find = _one(Organisation, "code")
    found: list[dict[str, Any]] = []
    for item in items:
        entry = item if isinstance(item, Mapping) else {"organisation": item}
        if entry.get("organisation") in (None, ""):
            continue
        unit = find(entry["organisation"])
        if any(one["organisation"] == unit.pk for one in found):
            raise ValueError(_("%(unit)s is named twice") % {"unit": unit.name})
        found.append({"organisation": unit.pk, "role": _text(entry.get("role", ""))[:12]})
    return found


def _replies(raw: Any) -> list[str]:
    """Codes of what is owed before closing."""
    given = [str(one) for one in raw] if isinstance(raw, list | tuple) else [str(raw)]
    if unknown := [one for one in given if one not in REPLIES]:
        raise ValueError(_("unknown: %(value)s") % {"value": ", ".join(unknown)[:60]})
    return given


def _units(raw: Any) -> list[Organisation]:
    """Units by ids or codes."""
    items = raw if isinstance(raw, Sequence) and not isinstance(raw, str) else [raw]
    find = _one(Organisation, "code")
    return [find(item) for item in items if item not in (None, "")]


def _extra(raw: Any) -> Decimal:
    try:
        amount = Decimal(str(raw).strip())
    except InvalidOperation as error:
        raise ValueError(_("a number above 0")) from error
    if not amount.is_finite() or not 0 < amount <= MAX_EXTRA or amount != round(amount, 2):
        raise ValueError(_("a number above 0, at most %(n)s") % {"n": MAX_EXTRA})
    return amount


def _day(raw: Any) -> date:
    try:
        return raw if isinstance(raw, date) else date.fromisoformat(str(raw).strip())
    except ValueError as error:
        raise ValueError(_("a day as YYYY-MM-DD")) from error


def _moment(raw: Any) -> datetime:
    """A moment; without an offset it is local time."""
    try:
        found = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw).strip())
        return found if timezone.is_aware(found) else timezone.make_aware(found)
    except (ValueError, OverflowError) as error:
        raise ValueError(_("a day and a time as YYYY-MM-DDTHH:MM")) from error


def _case_number(raw: Any) -> str:
    number = str(raw).strip()[:30]
    if not Case.objects.filter(number=number).exists():
        raise ValueError(_("there is no case %(number)s") % {"number": number})
    return number


def _same(raw: Any) -> Any:
    return raw


TABLE = (
    Field("reason_code", lazy("Reason"), "select", _text),
    Field("reason", lazy("Explanation"), "long", _text),
    Field("same_as", lazy("Number of the case that it is the same as"), "text", _case_number,
          lazy("An open case. Reports join it when this one ends, and who reported is told so.")),
    Field("document", lazy("Document"), "text", lambda raw: _text(raw)[:200],
          lazy("Number of the minutes or order.")),
    Field("opinion", lazy("Remark"), "long", _text),
    Field("result", lazy("What was done"), "long", _text),
    Field("problem_class", lazy("Class"), "search", _one(ProblemClass, "code")),
    Field("filing_rule", lazy("Filing rule"), "select",
          _one(FilingRule, also=("problem_class__edition",))),
    Field("place_level", lazy("Level of the place"), "select", _place_level),
    Field("level", lazy("Level of the matter"), "select", _level,
          lazy("Left empty: as it is, or that of another class chosen.")),
    Field("engineering", lazy("Engineering limit"), "check", _flag),
    Field("description", lazy("Description"), "long", _text),
    Field("address", lazy("Address"), "text", lambda raw: _text(raw)[:200]),
    Field("point", lazy("Place"), "text", lambda raw: spot(_text(raw)),
          lazy("An address, or longitude and latitude as 120.15, 30.28.")),
    Field("unit", lazy("Responsible unit"), "select", _one(Organisation, "code")),
    Field("fixed_by", lazy("Fixed by"), "select", _one(Organisation, "code")),
    Field("addressee", lazy("Unit that is told"), "select", _one(Organisation, "code"),
          lazy("Left empty: the unit that has the case, or that is responsible.")),
    Field("answer_by", lazy("Answer wanted by"), "moment", _moment,
          lazy("Left empty: a day from now.")),
    Field("liable", lazy("Unit that should have acted"), "select", _one(Organisation, "code"),
          lazy("Left empty: the unit that had the case until now, or that was named before. While"
               " that is disputed leave it empty: the decision names it.")),
    Field("liable_open", lazy("It stays open who should have acted"), "check", _flag,
          lazy("The unit gave this case back: name the one that should have acted, or leave that"
               " open. It is then decided on the record of a dispute.")),
    Field("assists", lazy("Assisting units"), "multiple", _assists),
    Field("territories", lazy("The two territories"), "multiple", _units),
    Field("subtask", lazy("Sub-task"), "long", _text),
    Field("worker", lazy("Person"), "select", _one(Member, "username")),
    Field("inspector", lazy("Inspector"), "select", _one(Member, "username")),
    Field("called_as", lazy("Called as"), "select", _called_as),
    Field("shift", lazy("Shift"), "text", _text),
    Field("person", lazy("Leaves the post"), "select", _one(Member, "username")),
    Field("successor", lazy("Successor"), "select", _one(Member, "username")),
    Field("closing_condition", lazy("The closing condition is met"), "check", _flag),
    Field("extra", lazy("Extra time"), "number", _extra,
          lazy("In the unit of the limit; up to the limit itself, unless a leader decides.")),
    Field("until", lazy("Last day"), "date", _day,
          lazy("The clocks stand still until the end of this day; then the case goes on.")),
    Field("final_day", lazy("To be done by"), "date", _day),
    Field("consequence", lazy("Consequence"), "long", _text,
          lazy("What follows when the day passes: points, substitute works.")),
    Field("photos", lazy("Photos"), "photos", _same),
    Field("replies", lazy("Replies"), "multiple", _replies),
    Field("stage", lazy("Send back to"), "select", _stage),
    Field("draw", lazy("Draw"), "text", _text),
    Field("finding", lazy("Fraud finding"), "text", _text),
    Field("accused", lazy("Unit accused"), "select", _one(Organisation, "code")),
    Field("clock", lazy("Clock"), "text", _text),
    Field("channel", lazy("Channel"), "text", _text),
)  # fmt: skip
BY_NAME = {field.name: field for field in TABLE}


def reasons(action: str) -> tuple[tuple[str, Any], ...]:
    """The reason codes of an action, empty where it has none."""
    return REASONS.get(action, ())


def clean(step: Step, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Raw values of a form or a JSON body as the step's inputs.

    Raises Invalid with a sentence per field: unknown field, missing value, unreadable value.
    """
    if not whole(dict(raw)):
        raise Invalid(_("a text holds half a character (a lone surrogate)"))
    wanted = dict(step.fields)
    problems = {name: _("this step does not ask for it") for name in raw if name not in wanted}
    cleaned: dict[str, Any] = {}
    for name, required in step.fields:
        if name == "photos":
            continue  # files travel beside the fields; the guards say whether one is needed
        value = raw.get(name)
        try:
            if value not in (None, "", []):
                cleaned[name] = BY_NAME[name].read(value)
            told = cleaned.get(name, "")
            if required and isinstance(told, str) and not says_something(told):
                problems[name] = _("fill this in")
        except ValueError as error:
            problems[name] = str(error)
    _check_reason(step, cleaned, problems)
    if problems:
        raise Invalid(*(f"{n}: {why}" for n, why in problems.items()), fields=problems)
    return cleaned


def _check_reason(step: Step, cleaned: dict[str, Any], problems: dict[str, str]) -> None:
    code = cleaned.get("reason_code")
    if code is not None and code not in {known for known, _label in reasons(step.action)}:
        problems["reason_code"] = _("not a reason of this step")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal | date | Spot):
        return str(value)
    return getattr(value, "pk", value)


def recorded(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs as plain facts for the history: ids instead of rows, texts as they are."""
    return {name: _plain(value) for name, value in inputs.items() if value not in (None, "", [])}
