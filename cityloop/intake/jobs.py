"""What the worker does for intake: answers owed, clear reports filed, numbers, forgetting."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cityloop.cases.models import Case
from cityloop.intake import channels, operations, reference
from cityloop.kernel import clock


def tell_file(number: str, version: int) -> None:
    """The case was filed."""
    operations.owe_all(number=number, version=version, topic="filed", now=clock.now())


def look_at_dispatch(number: str, version: int) -> None:
    """An engineering case begins: a progress reply is owed."""
    operations.owe_progress(number=number, version=version, now=clock.now())


def look_at_dispatch_by_order(number: str, version: int) -> None:
    """As for an ordinary dispatch."""
    operations.owe_progress(number=number, version=version, now=clock.now())


def look_at_dispatch_across(number: str, version: int) -> None:
    """As for an ordinary dispatch."""
    operations.owe_progress(number=number, version=version, now=clock.now())


def look_at_approve_long_limit(number: str, version: int) -> None:
    """It takes the engineering limit from now on: a progress reply is owed."""
    operations.owe_progress(number=number, version=version, now=clock.now())


def look_at_overdue(number: str, version: int) -> None:
    """Handling takes longer than its limit: a progress reply is owed."""
    operations.owe_progress(number=number, version=version, now=clock.now())


def look_at_handled_late(number: str, version: int) -> None:
    """The result came late, perhaps before the clock could say so: a progress reply is owed."""
    operations.owe_progress(number=number, version=version, now=clock.now())


def tell_reject(number: str, version: int) -> None:
    """The report was not accepted; where another case is the same, its reporters are told that."""
    if operations.move_reports(number=number, version=version, now=clock.now()):
        return
    operations.owe_all(number=number, version=version, topic="rejected", now=clock.now())


def tell_approve_void(number: str, version: int) -> None:
    """The case was voided; where another case is the same, its reporters are told that."""
    if operations.move_reports(number=number, version=version, now=clock.now()):
        return
    operations.owe_all(number=number, version=version, topic="voided", now=clock.now())


def tell_close(number: str, version: int) -> None:
    """The case was closed under its closing condition."""
    operations.owe_all(number=number, version=version, topic="closed", now=clock.now())


def tell_force_close(number: str, version: int) -> None:
    """The case was closed by force."""
    operations.owe_all(number=number, version=version, topic="closed", now=clock.now())


def tell_settle_by_reminder(number: str, version: int) -> None:
    """The unit was told; nothing was filed."""
    operations.owe_all(number=number, version=version, topic="closed", now=clock.now())


def tell_reopen(number: str, version: int) -> None:
    """The case lives again."""
    operations.owe_all(number=number, version=version, topic="reopened", now=clock.now())


def tell_recheck_false(number: str, version: int) -> None:
    """Inspected again and found falsely closed: the case lives again."""
    operations.owe_all(number=number, version=version, topic="reopened", now=clock.now())


def file_unambiguous(number: str, version: int) -> None:
    """File a clear report where the city lets it."""
    operations.file_unambiguous(number=number, now=clock.now())


def before_closing(case: Case) -> list[str]:
    """Asked while a case is being closed: is a reply still to be made out?"""
    return operations.before_closing(case)


def owe_missing() -> int:
    """Make out the progress replies that were passed over, before they hold up a closing."""
    return operations.owe_missing(now=clock.now())


def write_up_book() -> int:
    """Number the reports that came since the last time."""
    return operations.write_up(now=clock.now())


def forget_reporters() -> int:
    """Empty the rows of people whose time has come."""
    done = 0
    while some := operations.forget_reporters(now=clock.now()):
        done += some
    return done


def know_channel(channel_code: str) -> None:
    """A key is asked for one channel: raises UnknownChannel for one that is not there, or shut."""
    try:
        reference.channel(channel_code)
    except reference.UnknownChannel as problem:
        raise reference.UnknownChannel(
            *problem.reasons, fields={"channel_code": problem.reasons[0]}
        ) from problem


def have_channel(code: str) -> None:
    """Cases of a channel are asked for, open or shut: raises UnknownChannel for another."""
    if code not in channels.BY_CODE:
        reason = _("%(value)s is none of: %(values)s") % {
            "value": code[:40], "values": ", ".join(channels.BY_CODE),
        }  # fmt: skip
        raise reference.UnknownChannel(f"channel: {reason}", fields={"channel": reason})
