"""What the public may know of a case by its number and the end of the phone that reported it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cityloop.cases import flow as flows
from cityloop.cases.models import Attachment, Case, ClosingKind, Status
from cityloop.intake.models import Report
from cityloop.notify.models import Message, State
from cityloop.people.models import Organisation

TAIL = 4
MOST = 500  # reports of one case that are looked at
_NUMBER = re.compile(r"([0-9A-Za-z]{1,24})(?:-(\d{1,6}))?")
# The public sees the road in coarse stages, not the steps inside the house.
STAGES = {
    "reported": "received", "verifying": "received", "accepted": "accepted", "voiding": "accepted",
    "filed": "filed", "dispatched": "handling", "handling": "handling", "handed_in": "handling",
    "check_failed": "handling", "coordinating": "handling", "suspended": "handling",
    "deferred": "handling", "handled": "checking", "checking": "checking",
    "checked": "checking", "closed": "settled", "rejected": "rejected", "voided": "rejected",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublicAnswer:
    """Stage, unit, expected day and the replies that were sent to this reporter."""

    case: Case
    stage: str
    unit: Organisation | None
    due_at: datetime | None
    replies: Sequence[Message]


def public_answer(number: str, tail: str) -> PublicAnswer | None:
    """The case behind the number; None alike for an unknown number and another's phone."""
    parts = _NUMBER.fullmatch(number.strip())
    case_number, ordinal = parts.groups() if parts else ("", None)
    rows = Report.objects.filter(
        case__number=case_number, reporter__isnull=False, reporter__forgotten_at=None
    )
    if ordinal:
        rows = rows.filter(ordinal=int(ordinal))
    rows = rows.exclude(reporter__phone="").select_related("case__lead", "reporter")
    mine = [one for one in rows.order_by("ordinal")[:MOST] if _ends_with(one, tail)]
    if not mine:
        return None
    case = mine[0].case
    sent = Message.objects.filter(
        notice__report__in=mine, state__in=(State.SENT, State.DELIVERED)
    ).order_by("sent_at", "id")
    return PublicAnswer(
        case=case,
        stage=STAGES[case.status],
        unit=case.lead,
        due_at=case.handling_due_at if case.open and not case.handling_overdue else None,
        replies=list(sent),
    )


def _ends_with(one: Report, tail: str) -> bool:
    """The last digits of the phone are these; compared in constant time."""
    digits = re.sub(r"\D", "", one.reporter.phone) if one.reporter else ""
    return len(digits) >= TAIL and hmac.compare_digest(digits[-TAIL:].encode(), tail.encode())


def public_photo(case: Case) -> Attachment | None:
    """The last photo of the result that the public may see; None where there is none.

    Only of a case closed under its closing condition, and of the classes that its flow names.
    """
    if case.status != Status.CLOSED or case.closing_kind != ClosingKind.NORMAL:
        return None
    shown = flows.parameters(case.flow.parameters, case.area_code).public_photos
    if case.problem_class is None or not case.problem_class.short_code.startswith(shown):
        return None
    rows = Attachment.objects.filter(
        case=case, stage="after", file__media_type__startswith="image/"
    )
    return rows.select_related("file").order_by("-version", "-pk").first()


def photo_shown(photo_id: int) -> Attachment | None:
    """The photo behind a link, if it still is the one that the public may see."""
    rows = Attachment.objects.select_related("case__flow", "case__problem_class")
    row = rows.filter(pk=photo_id).first()
    found = public_photo(row.case) if row else None
    return found if found is not None and found.pk == photo_id else None
