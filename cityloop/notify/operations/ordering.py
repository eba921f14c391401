"""A message is written down and put on its way, now or in the morning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cityloop.cases.models import Case, CaseEvent, Task, TimerKind
from cityloop.intake.models import ReporterNotice
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.notify import audiences, queries, quiet, topics, wording
from cityloop.notify.media import MEDIA
from cityloop.notify.models import Message
from cityloop.people.models import Member

DELIVER = "notify.deliver"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A member, or whoever an answer is owed to."""

    member: Member | None = None
    notice: ReporterNotice | None = None


def order(
    to: Recipient,
    *,
    topic: str,
    text: str,
    case: Case,
    version: int,
    media: Sequence[str],
    ordered_by: str,
    now: datetime,
    author: int | None = None,
) -> Message | None:
    """Write a message and its job together; None when the member was told of it before.

    Media that the city has not set up are left out; with none left the first one stands, and the
    delivery says that it is not set up.
    """
    row = Message(
        topic=topic, member=to.member, notice=to.notice, case=case, version=version, text=text,
        ordered_at=now, ordered_by=ordered_by[:120], author_id=author,
        **_way(topic, media, to.member),
    )  # fmt: skip
    with transaction.atomic():
        if to.member is not None and _told(to.member, case, topic, version):
            return None
        start(row, now=now)
    return row


def _way(topic: str, media: Sequence[str], member: Member | None) -> dict[str, Any]:
    ready = [one for one in (*media, "console") if MEDIA[one].ready() and _wanted(one, member)]
    ready = ready or [*media[:1]]
    return {"media": ready, "medium": ready[0], "urgent": topics.all_topics()[topic].urgent}


def _wanted(medium: str, member: Member | None) -> bool:
    """False for a medium that the recipient would have to ask for, and has not."""
    return not MEDIA[medium].asked_for or (member is not None and queries.asked_for_push(member.pk))


def _told(member: Member, case: Case, topic: str, version: int) -> bool:
    known = Message.objects.filter(member=member, case=case, topic=topic, version=version)
    return known.exists()


def allowed_at(row: Message, at: datetime) -> datetime:
    """This moment, or the morning after it: nothing but urgent disturbs at night."""
    return quiet.allowed_at(at) if MEDIA[row.medium].loud and not row.urgent else at


def start(row: Message, *, now: datetime) -> None:
    """On its way by the present medium: at once, or when the quiet hours end; saves the row."""
    at = allowed_at(row, now)
    row.next_at = at if at > now else None
    row.save()
    if row.next_at is None:
        jobs.defer(DELIVER, {"message_id": row.pk})


def tell(*, topic: str, number: str, version: int, now: datetime, named: Sequence[int] = ()) -> int:
    """Tell the audience of a topic about a case, or those `named`; returns how many anew."""
    row = topics.all_topics()[topic]
    case = Case.objects.select_related("problem_class", "lead").get(number=number)
    found = audiences.members(row.audience, case, timezone.localdate(now), named)
    texts = {
        language: wording.compose(topic, case, language=language)
        for language in {_language(member) for member in found}
    }
    told = [
        order(
            Recipient(member=member), topic=topic, text=texts[_language(member)], case=case,
            version=version, media=row.media, ordered_by="system", now=now,
        )
        for member in found
    ]  # fmt: skip
    return sum(one is not None for one in told)


def tell_recalled(*, number: str, version: int, now: datetime) -> int:
    """Tell the inspector whose verification or check was called back with this step."""
    line = CaseEvent.objects.get(case__number=number, version=version)
    held = Task.objects.filter(
        case_id=line.case_id, kind__in=("verify", "check"), closed_at=line.at,
        member__isnull=False,
    )  # fmt: skip
    named = list(held.values_list("member_id", flat=True))
    return tell(topic="recalled", number=number, version=version, now=now, named=named)


def tell_taken(*, number: str, version: int, now: datetime) -> int:
    """Tell the desk of the unit that had the case, or is named liable, of the substitute works."""
    line = CaseEvent.objects.get(case__number=number, version=version)
    units = (line.facts.get("unit_before"), line.facts.get("liable"))
    return _tell_desks("taken", units, line, now)


def tell_settled(*, number: str, version: int, now: datetime) -> int:
    """Tell the desks of all who had returned a case that it was decided whose it is."""
    line = CaseEvent.objects.select_related("case").get(case__number=number, version=version)
    return _tell_desks("settled", (*line.case.returned_by, line.facts.get("liable")), line, now)


def _tell_desks(topic: str, units: Sequence[int | None], line: CaseEvent, now: datetime) -> int:
    on = timezone.localdate(now)
    named = {one for unit in set(units) if unit for one in audiences.desk(unit, on)}
    if not named:
        return 0
    return tell(
        topic=topic, number=line.case.number, version=line.version, now=now, named=sorted(named)
    )


def tell_order_overdue(*, number: str, version: int, now: datetime) -> int:
    """Tell both sides of a supervision order that its answer is late; 0 for any other clock."""
    line = CaseEvent.objects.get(case__number=number, version=version)
    if line.facts.get("clock") != TimerKind.REPLY:
        return 0
    both = ("answer_late", "answer_missing")
    return sum(tell(topic=one, number=number, version=version, now=now) for one in both)


def tell_members(
    *,
    topic: str,
    member_ids: Sequence[int],
    about: str,
    path: str,
    values: Mapping[str, str | Mapping[str, str]],
    now: datetime,
) -> int:
    """Tell members of something that is no case, each once; returns how many are told anew.

    `about` says what of, `path` which page shows it, `values` what the blanks stand for: a text, or
    one for each language.
    """
    row = topics.all_topics()[topic]
    told = Message.objects.filter(topic=topic, about=about).values("member_id")
    found = Member.objects.filter(pk__in=member_ids, active=True).exclude(pk__in=told)
    for member in found.order_by("pk"):
        text = wording.compose_about(topic, values, language=_language(member))
        start(
            Message(
                topic=topic, member=member, about=about, path=path, text=text, ordered_at=now,
                ordered_by="system", **_way(topic, row.media, member),
            ),
            now=now,
        )  # fmt: skip
    return len(found)


def _language(member: Member) -> str:
    return member.language if member.language in topics.LANGUAGES else settings.LANGUAGE_CODE


def mark_read(message_id: int, *, actor: Actor, now: datetime) -> Message:
    """The member has read it; raises NoSuchMessage."""
    row = queries.message_of_member(actor, message_id)
    if row.read_at is None:
        row.read_at = now
        row.save(update_fields=["read_at"])
    return row
