"""Forms that the page's script keeps on the device and sends later: whose they are, when they were
kept, and how they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import NotAllowed, Problem

CLOCKS_DIFFER = timedelta(minutes=5)
OLDEST = timedelta(days=365)


class AnothersForm(NotAllowed):
    """The form was filled in by somebody else, at this device before."""

    code, title = "anothers-form", "Another person filled this in"


def by_script(request: HttpRequest) -> bool:
    """True where the page's script sends the form and reads the answer as JSON."""
    return request.headers.get("Accept") == "application/json"


def require_own(request: HttpRequest, actor: Actor) -> None:
    """Raise AnothersForm where the form names somebody else as the one who filled it in."""
    by = request.POST.get("by", "")
    if by not in ("", str(actor.member_id)):
        raise AnothersForm(_("another person filled in this form: only they can send it"))


def sent_later(request: HttpRequest) -> bool:
    """True where nobody waits for the answer: the device kept the form and sent it by itself."""
    return "kept_at" in request.POST


def kept_at(request: HttpRequest, now: datetime) -> datetime | None:
    """When the device kept the form that it sends now, by its own clock.

    None where it was not kept, and where that clock is plainly wrong: then nothing is said.
    """
    try:
        found = parse_datetime(request.POST.get("kept_at", ""))
    except ValueError:
        return None
    if found is None or timezone.is_naive(found):
        return None
    return found if now - OLDEST < found < now + CLOCKS_DIFFER else None


def labelled(problem: Problem, labels: Mapping[str, str]) -> Problem:
    """The problem with its fields' labels in its sentences: they are read away from the form."""
    reasons = []
    for name, reason in problem.fields.items():
        label = labels.get(name, "")
        about = {"label": label, "reason": reason}
        said = not label or label in reason
        reasons.append(reason if said else _("%(label)s: %(reason)s") % about)
    problem.reasons = tuple(reasons) or problem.reasons
    return problem
