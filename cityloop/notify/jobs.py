"""What the worker does for notify: who hears of a step, deliveries, the sweep of what is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from cityloop.kernel import clock
from cityloop.notify import operations
from cityloop.people.models import Member

DAYS = 7  # a worker that stood still catches up with so many draws


def tell_assign(number: str, version: int) -> None:
    """The person whom the unit has named."""
    operations.tell(topic="assigned", number=number, version=version, now=clock.now())


def tell_send_verify(number: str, version: int) -> None:
    """The inspector who is to verify."""
    operations.tell(topic="to_verify", number=number, version=version, now=clock.now())


def tell_send_check(number: str, version: int) -> None:
    """The inspector who is to check."""
    operations.tell(topic="to_check", number=number, version=version, now=clock.now())


def tell_urge(number: str, version: int) -> None:
    """The desk of the unit that a supervision order tells to answer."""
    operations.tell(topic="urged", number=number, version=version, now=clock.now())


def tell_reply(number: str, version: int) -> None:
    """Who gave the order has an answer."""
    operations.tell(topic="order_answered", number=number, version=version, now=clock.now())


def tell_accept_reply(number: str, version: int) -> None:
    """The unit's answer is accepted."""
    operations.tell(topic="answer_accepted", number=number, version=version, now=clock.now())


def tell_send_back_reply(number: str, version: int) -> None:
    """The unit's answer is sent back."""
    operations.tell(topic="answer_sent_back", number=number, version=version, now=clock.now())


def tell_overdue(number: str, version: int) -> None:
    """An order is not answered in time: the unit and who gave it hear of it."""
    operations.tell_order_overdue(number=number, version=version, now=clock.now())


def tell_remind(number: str, version: int) -> None:
    """The unit that a reminder names."""
    operations.tell(topic="reminded", number=number, version=version, now=clock.now())


def tell_settle_by_reminder(number: str, version: int) -> None:
    """As for a reminder from the street."""
    operations.tell(topic="reminded", number=number, version=version, now=clock.now())


def tell_recall_verify(number: str, version: int) -> None:
    """The inspector who need not go any more."""
    operations.tell_recalled(number=number, version=version, now=clock.now())


def tell_recall_check(number: str, version: int) -> None:
    """As for a verification."""
    operations.tell_recalled(number=number, version=version, now=clock.now())


def tell_granted(number: str, version: int) -> None:
    """The unit's request is granted."""
    operations.tell(topic="granted", number=number, version=version, now=clock.now())


def tell_not_granted(number: str, version: int) -> None:
    """The unit's request is refused."""
    operations.tell(topic="not_granted", number=number, version=version, now=clock.now())


def tell_goes_on(number: str, version: int) -> None:
    """The clock of a held case runs again."""
    operations.tell(topic="goes_on", number=number, version=version, now=clock.now())


def tell_taken(number: str, version: int) -> None:
    """The unit from which substitute works take the case."""
    operations.tell_taken(number=number, version=version, now=clock.now())


def tell_settled(number: str, version: int) -> None:
    """The parties to a dispute that was decided."""
    operations.tell_settled(number=number, version=version, now=clock.now())


def tell_named(topic: str, number: str, version: int, members: list[int]) -> None:
    """Members named by another subsystem, of a step of a case."""
    operations.tell(topic=topic, number=number, version=version, named=members, now=clock.now())


def tell_members(topic: str, members: list[int], about: str, path: str, values: Any) -> None:
    """Members named by another subsystem, of something that is no case."""
    operations.tell_members(
        topic=topic, member_ids=members, about=about, path=path, values=values, now=clock.now()
    )


def send_invitation(member: Member, link: str, now: datetime) -> list[str]:
    """The link to who was invited; how it went, or nothing where no message leaves the house."""
    return operations.send_invitation(member=member, link=link, now=now)


def tell_call_duty(number: str, version: int) -> None:
    """Who is on duty in the unit that got the case, or its desk."""
    operations.tell(topic="dispatched", number=number, version=version, now=clock.now())


def tell_call_substitute(number: str, version: int) -> None:
    """Who follows on somebody that did not open the dispatch."""
    operations.tell(topic="substitute", number=number, version=version, now=clock.now())


def deliver(message_id: int) -> None:
    """Try a message."""
    operations.deliver(message_id, now=clock.now())


def queue_due() -> int:
    """Messages that waited for the morning or for another try."""
    return operations.queue_due(now=clock.now())


def send_owed() -> int:
    """Replies that nobody has changed or sent in time."""
    return operations.send_owed(now=clock.now())


def forget_questions() -> int:
    """Counts of the public page that are needed no more."""
    return operations.forget_questions(now=clock.now())


def draw_replies() -> int:
    """Draw among the replies of the days that have ended; how many days."""
    now = clock.now()
    today = timezone.localdate(now)
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    return sum(operations.draw_replies(day=day, now=now) is not None for day in days)
