"""A unit with people on duty, as the stories of duty tell it."""

from __future__ import annotations

from datetime import date, time, timedelta

from django.utils import timezone

from cityloop.cases.models import Case
from cityloop.duty import operations as duty
from cityloop.duty.models import Call, Shift
from cityloop.people import operations as people
from cityloop.people.models import Member
from tests.town import SINCE, SYSTEM, Town, forget

ALL_WEEK = (1, 2, 3, 4, 5, 6, 7)
DAY, NIGHT = (time(8), time(20)), (time(20), time(8))


def person(town: Town, name: str, unit: str = "WATER", role: str = "worker") -> Member:
    """Somebody more in a unit."""
    member = people.create_member(
        username=name, name=name, organisation=town.units[unit], actor=SYSTEM, now=town.now
    )
    post = people.create_post(
        code=f"{unit}-{name}", organisation=town.units[unit], name_zh="抢修岗", roles=[role],
        actor=SYSTEM, now=town.now,
    )  # fmt: skip
    people.hold_post(member=member, post=post, actor=SYSTEM, now=town.now, valid_from=SINCE)
    town.members[name] = member
    forget()
    return member


def shift(
    town: Town, name: str, hours: tuple[time, time], unit: str = "WATER", *, special: bool = False
) -> Shift:
    """A shift of a unit, entered by its desk."""
    return duty.set_shift(
        unit=town.units[unit], name=name, starts=hours[0], ends=hours[1], post="抢修",
        special=special, actor=town.actor(unit.lower()), now=town.now,
    )  # fmt: skip


def on_duty(
    town: Town, row: Shift, name: str, *, rank: int = 1, weekdays: tuple[int, ...] = ALL_WEEK,
    last_on: date | None = None,
) -> None:  # fmt: skip
    """Put somebody on duty from the beginning of the year on."""
    new = duty.NewTurn(town.members[name], weekdays, SINCE, last_on, rank)
    duty.put_on_duty(shift_id=row.pk, new=new, actor=town.actor("water"), now=town.now)


def away(town: Town, name: str, deputy: str = "") -> None:
    """Somebody is on leave from today on."""
    today = timezone.localdate(town.now)
    duty.note_absence(
        member=town.members[name], kind="leave", first_on=today,
        last_on=today + timedelta(days=300), deputy=town.members[deputy] if deputy else None,
        actor=town.actor("water"), now=town.now,
    )  # fmt: skip


def dispatched(town: Town) -> Case:
    """A case just sent to WATER; the worker of the platform has done what waits."""
    case = town.case("dispatched")
    work(town)
    case.refresh_from_db()
    return case


def work(town: Town) -> None:
    """The worker does what waits, and what comes of it."""
    while town.deliver():
        pass


def called(case: Case) -> list[tuple[str, str]]:
    """(who, as what) of every call of a case, in order."""
    rows = Call.objects.filter(case=case).select_related("member").order_by("version", "place")
    return [(one.member.username if one.member else "", one.called_as) for one in rows]
