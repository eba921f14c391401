"""Named lists: made, filled with cases, sent, answered, ended. Each raises NotAllowed, NotFound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NoReturn

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cityloop.cases import queries as cases
from cityloop.cases.models import Case
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from cityloop.oversight import queries
from cityloop.oversight.models import ListedCase, ListKind, NamedList, Sending
from cityloop.people.models import Member, Organisation

MANAGE = "oversight.manage"
MOST_CASES, MAX_TITLE, MAX_TEXT, MAX_REMARK = 500, 120, 2000, 200


def _member(actor: Actor) -> int:
    """Who acts: lists are made and sent by people; raises NotAllowed."""
    if actor.member_id is None:
        raise NotAllowed(_("a list is made by somebody in an organisation"))
    return actor.member_id


def make_list(*, kind: str, title: str, note: str = "", actor: Actor, now: datetime) -> NamedList:
    """A list of the actor's organisation, without a case yet; raises Invalid."""
    actor.require(MANAGE)
    if kind not in ListKind.values:
        _refuse("kind", _("one of: %(all)s") % {"all": ", ".join(ListKind.values)})
    organisation = Organisation.objects.filter(pk=actor.organisation_id or 0).first()
    if organisation is None:
        raise NotAllowed(_("a list is made by somebody in an organisation"))
    return NamedList.objects.create(
        kind=kind, title=_words("title", title, MAX_TITLE),
        note=_words("note", note, MAX_TEXT, needed=False), organisation=organisation,
        region_code=organisation.region_code, made_by_id=_member(actor), made_at=now,
    )  # fmt: skip


@transaction.atomic
def add_cases(
    *, list_id: int, numbers: Iterable[str], remark: str = "", actor: Actor, now: datetime
) -> int:
    """Put cases that the actor sees on the list; returns how many were not there before.

    Raises Invalid with the numbers that the actor does not see; then none is added.
    """
    row = _open(list_id, actor)
    wanted = list(dict.fromkeys(one.strip() for one in numbers if one.strip()))
    if not wanted:
        _refuse("numbers", _("name a case"))
    known = {one.number: one for one in cases.visible(actor).filter(number__in=wanted)}
    if missing := [one[:30] for one in wanted if one not in known]:
        _refuse("numbers", _("there is no case %(number)s") % {"number": ", ".join(missing[:20])})
    return _add(row, [known[one] for one in wanted], remark, actor, now)


@transaction.atomic
def add_place(
    *, list_id: int, grid_code: str, since: datetime, until: datetime, actor: Actor, now: datetime
) -> int:
    """Put the open sanitation cases of a unit grid on the list, or the latest where all are ended.

    Raises Invalid when the grid has none.
    """
    row = _open(list_id, actor)
    found = queries.sanitation(actor, since=since, until=until, grid_code=grid_code)
    latest = list(found.order_by("-reported_at", "-pk")[:MOST_CASES])
    if not latest:
        _refuse("grid_code", _("no case of sanitation lies there in this period"))
    chosen = [one for one in latest if one.open] or latest[:1]
    remark = ngettext(
        "%(n)s case at this place in the period",
        "%(n)s cases at this place in the period",
        len(latest),
    ) % {"n": len(latest)}
    return _add(row, chosen, remark, actor, now)


def _add(row: NamedList, chosen: Sequence[Case], remark: str, actor: Actor, now: datetime) -> int:
    if row.sendings.exists():
        raise Refused(_("the list was sent: what others have received stays as it is"))
    remark = _words("remark", remark, MAX_REMARK, needed=False)
    held = set(row.entries.values_list("case_id", flat=True))
    new = [one for one in chosen if one.pk not in held]
    if len(held) + len(new) > MOST_CASES:
        _refuse("numbers", _("a list has at most %(n)s cases") % {"n": MOST_CASES})
    ListedCase.objects.bulk_create(
        ListedCase(named_list=row, case=one, remark=remark, added_by_id=_member(actor),
                   added_at=now)
        for one in new
    )  # fmt: skip
    return len(new)


@transaction.atomic
def drop_case(*, list_id: int, number: str, actor: Actor) -> None:
    """Take a case off a list that nobody has received yet; raises Refused, NotFound."""
    row = _open(list_id, actor)
    if row.sendings.exists():
        raise Refused(_("the list was sent: what others have received stays as it is"))
    if not row.entries.filter(case__number=number).delete()[0]:
        raise NotFound(_("case %(number)s is not on this list") % {"number": number[:30]})


@transaction.atomic
def send_list(
    *,
    list_id: int,
    organisation: Organisation | None = None,
    member: Member | None = None,
    note: str,
    due_on: date,
    actor: Actor,
    now: datetime,
) -> Sending:
    """Send the list to a unit or to a person, who are told; raises Invalid, Refused (it is with
    them already, and their answer open)."""
    row = _open(list_id, actor)
    if not row.entries.exists():
        raise Refused(_("the list has no case yet"))
    if (organisation is None) == (member is None):
        _refuse("organisation", _("name either a unit or a person"))
    if due_on < timezone.localdate(now):
        _refuse("due_on", _("the day lies in the past"))
    told = _told(organisation, member, timezone.localdate(now))
    if row.sendings.filter(organisation=organisation, member=member, answered_at=None).exists():
        raise Refused(_("they have this list already, and their answer is still open"))
    sent = Sending.objects.create(
        named_list=row, organisation=organisation, member=member,
        note=_words("note", note, MAX_TEXT), due_on=due_on, sent_by_id=_member(actor),
        sent_at=now,
    )  # fmt: skip
    values = {
        "unit": row.organisation.name_zh, "title": row.title, "due": str(due_on),
        "reason": sent.note[:120],
    }  # fmt: skip
    _tell("list_sent", f"list-sent:{sent.pk}", row, told, values)
    return sent


def _told(organisation: Organisation | None, member: Member | None, on: date) -> list[int]:
    if member is not None:
        if not member.active:
            _refuse("member", _("%(name)s is not active any more") % {"name": member.name})
        return [member.pk]
    assert organisation is not None  # noqa: S101 (one of the two)
    found = queries.readers(organisation.pk, on)
    if not found:
        _refuse("organisation", _("nobody at %(unit)s reads lists: name a person") % {
            "unit": organisation.name})  # fmt: skip
    return found


@transaction.atomic
def answer_list(*, sending_id: int, text: str, actor: Actor, now: datetime) -> Sending:
    """The answer of who received the list, once; raises Refused, Invalid."""
    actor.require("oversight.view")
    rows = Sending.objects.select_for_update(of=("self",)).select_related(
        "named_list", "organisation", "member"
    )
    row = rows.filter(queries.to_actor(actor), pk=sending_id).first()
    if row is None:
        raise NotFound(_("no such list was sent to you"))
    if row.answered_at is not None:
        raise Refused(_("this list is answered already"))
    if row.named_list.ended_at is not None:
        raise Refused(_("this list has ended"))
    row.answer = _words("text", text, MAX_TEXT)
    row.answered_by_id, row.answered_at = _member(actor), now
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    by = row.organisation.name_zh if row.organisation else row.member.name if row.member else ""
    values = {"unit": by, "title": row.named_list.title, "reason": row.answer[:120]}
    _tell("list_answered", f"list-answered:{row.pk}", row.named_list, [row.sent_by_id], values)
    return row


@transaction.atomic
def end_list(*, list_id: int, result: str, actor: Actor, now: datetime) -> NamedList:
    """The follow-up ends with a result; the list stays to be read. Raises Refused while somebody
    has time to answer."""
    row = _open(list_id, actor)
    owed = row.sendings.filter(answered_at=None, due_on__gte=timezone.localdate(now))
    if last := owed.aggregate(last=Max("due_on"))["last"]:
        raise Refused(_("answers to this list are awaited until %(day)s") % {"day": last})
    row.ended_at, row.result = now, _words("result", result, MAX_TEXT)
    row.save(update_fields=["ended_at", "result"])
    return row


def _open(list_id: int, actor: Actor) -> NamedList:
    """A list that the actor sees and may change, locked; raises Refused once it has ended."""
    actor.require(MANAGE)
    queries.list_seen(actor, list_id)
    row = NamedList.objects.select_for_update(of=("self",)).get(pk=list_id)
    if row.organisation_id not in actor.own_units and row.made_by_id != actor.member_id:
        raise NotAllowed(_("this list belongs to %(unit)s") % {"unit": row.organisation.name})
    if row.ended_at is not None:
        raise Refused(_("this list has ended"))
    return row


def _tell(
    topic: str, about: str, row: NamedList, members: list[int], values: dict[str, str]
) -> None:
    """In the same transaction; the words of the topic are notify's."""
    path = f"/oversight/lists/{row.pk}/"
    payload = {"topic": topic, "members": members, "about": about, "path": path, "values": values}
    jobs.defer("notify.tell", payload)


def _words(field: str, text: str, most: int, *, needed: bool = True) -> str:
    found = text.replace("\x00", "").strip()
    if needed and not says_something(found):
        _refuse(field, _("fill this in"))
    if len(found) > most:
        _refuse(field, _("at most %(n)s characters") % {"n": most})
    return found


def _refuse(field: str, why: str) -> NoReturn:
    raise Invalid(why, fields={field: why})
