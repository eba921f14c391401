"""The text of a topic about a case, in one language: the city's own words where it has some."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from cityloop.cases import fields
from cityloop.cases.models import Case, CaseEvent, RecordType, Status, Task, TimerKind
from cityloop.intake.models import ReporterNotice
from cityloop.kernel.languages import in_language
from cityloop.notify import audiences, queries, signing, topics
from cityloop.notify.models import State
from cityloop.people.models import Organisation

RESULTS = ("finish", "hand_in")  # steps that say what was done
MAX_RESULT = 120
DONE = frozenset({Status.HANDLED.value, Status.CHECKING.value, Status.CHECKED.value})


def compose(topic: str, case: Case, *, language: str) -> str:
    """The text as the template gives it today; a person may change it before it is sent."""
    row = topics.all_topics()[topic]
    code = case.problem_class.short_code if case.problem_class else ""
    text = queries.own_text(topic, code, language) or row.texts[language]
    with override(language):
        return topics.fill(text, values_of(case, topics.blanks_of(text)))


def compose_about(
    topic: str, values: Mapping[str, str | Mapping[str, str]], *, language: str
) -> str:
    """The text about something that is no case: its blanks are given, words in each language."""
    text = queries.own_text(topic, "", language) or topics.all_topics()[topic].texts[language]
    told = {name: one if isinstance(one, str) else one[language] for name, one in values.items()}
    return topics.fill(text, told)


def draft(row: ReporterNotice) -> str:
    """The text that a person may change: the last one that did not arrive, else the template's."""
    failed = [one for one in row.messages.all() if one.state == State.FAILED]
    if failed:
        return failed[0].text
    return compose(row.topic, row.report.case, language=settings.LANGUAGE_CODE)


def values_of(case: Case, wanted: set[str]) -> dict[str, str]:
    """What the blanks stand for, in the active language; only what is wanted is looked up."""
    chosen = case.problem_class
    values = {
        "number": case.number,
        "class": in_language(chosen.name_zh, chosen.name_en) if chosen else _("your report"),
        "address": case.address or case.grid_code,
        "link": _link(),
        "sheet": f"{settings.PUBLIC_URL}/cases/{case.number}/dispatch/",
    }
    values |= {name: find(case) for name, find in LOOKED_UP.items() if name in wanted}
    if wanted & {"order", "answer", "answer_by"}:
        values |= _order(case)
    return values


def _link() -> str:
    if not settings.PUBLIC_URL:
        return ""
    return _("Follow it at %(url)s") % {"url": f"{settings.PUBLIC_URL}/query/"}


def _photo(case: Case) -> str:
    """A link to the photo of the result that ends by itself; '' where the public may see none."""
    photo = queries.public_photo(case) if settings.PUBLIC_URL else None
    if photo is None or case.closed_at is None:
        return ""
    until = int((case.closed_at + signing.PHOTO_SHOWN).timestamp())
    token = signing.photo_token(settings.SECRET_KEY, photo.pk, until)
    return _("See the result at %(url)s.") % {"url": f"{settings.PUBLIC_URL}/photos/{token}"}


def _unit(case: Case) -> str:
    """The unit that has the case, or that the responsibility matrix proposes."""
    unit = case.lead
    if unit is None and case.proposal.get("unit"):
        unit = Organisation.objects.filter(pk=case.proposal["unit"]).first()
    return in_language(unit.name_zh, unit.name_en) if unit else _("the unit responsible")


def _due(case: Case) -> str:
    """The day by which the unit, or else the whole case, is to be done."""
    due = case.handling_due_at
    if due is None:
        whole = case.timers.filter(kind=TimerKind.WHOLE).order_by("-id").first()
        due = whole.due_at if whole else None
    if due is None:
        return _("a day still to be named")
    return date_format(timezone.localtime(due), "Y-m-d")


def _when(case: Case) -> str:
    """What may honestly be said of the end: no day that has passed already."""
    if case.status == Status.CLOSED:
        return _("it is settled by now")
    if case.status in DONE:
        return _("the work is done and is being checked")
    if case.handling_overdue:
        return _("the unit is being urged, and you will be told the result")
    return _("we expect to finish by %(due)s") % {"due": _due(case)}


def _part(case: Case) -> str:
    """The sub-task that was given last."""
    rows = Task.objects.filter(case=case, kind="assist", closed_at=None).exclude(what="")
    task = rows.order_by("-id").first()
    return task.what[:MAX_RESULT].rstrip("。. ") if task else ""


def _order(case: Case) -> dict[str, str]:
    """The last supervision order: its words, the answer, and until when one is wanted."""
    task = audiences.order_of(case)
    if task is None:
        return {}
    due = date_format(timezone.localtime(task.due_at), "Y-m-d H:i") if task.due_at else ""
    return {
        "order": task.what[:MAX_RESULT], "answer_by": due,
        "answer": _said(case, "opinion", ("reply",)),
    }  # fmt: skip


def _said(case: Case, fact: str, actions: tuple[str, ...]) -> str:
    """What the latest of these steps wrote down."""
    rows = CaseEvent.objects.filter(case=case, action__in=actions, facts__has_key=fact)
    line = rows.order_by("-version").first()
    return str(line.facts[fact])[:MAX_RESULT].rstrip("。. ") if line else ""


def _done(case: Case) -> str:
    if case.record_type == RecordType.REMINDER:
        return _("the unit responsible was told")
    return _("it is done")


def _reason(case: Case) -> str:
    labels: dict[str, Any] = {
        code: label for reasons in fields.REASONS.values() for code, label in reasons
    }
    return str(labels.get(case.reason_code) or _("it is no matter of city management"))


def _result(case: Case) -> str:
    return _said(case, "result", RESULTS) or _done(case)


# What each of these blanks stands for is asked only where a text has it.
LOOKED_UP: dict[str, Callable[[Case], str]] = {
    "unit": _unit,
    "due": _due,
    "when": _when,
    "result": _result,
    "reason": _reason,
    "part": _part,
    "photo": _photo,
}
