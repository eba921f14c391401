"""What every write of discipline shares: who judges, texts, messages to a unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from cityloop.cases import queries as cases
from cityloop.kernel import jobs
from cityloop.kernel.actor import Actor
from cityloop.kernel.encoding import says_something
from cityloop.kernel.errors import Invalid, NotAllowed
from cityloop.people import queries as people
from cityloop.people.models import Organisation

MAX_TEXT = 2000
TOLD = ("unit_desk", "company_manager", "leader", "district_platform")


def member_of(actor: Actor) -> int:
    """Who acts: discipline is kept by people; raises NotAllowed."""
    if actor.member_id is None:
        raise NotAllowed(_("this is done by a person"))
    return actor.member_id


def judge(actor: Actor, unit: Organisation) -> None:
    """Nobody judges their own unit; raises NotAllowed."""
    member_of(actor)
    if actor.belongs_to(unit.pk) or unit.pk in actor.own_units:
        raise NotAllowed(_("nobody decides about their own unit"))
    levels = cases.supervising_levels(unit.region_code)
    if levels and not people.stands_at(actor, levels):
        raise NotAllowed(_("another level supervises %(unit)s") % {"unit": unit.name})


def not_below(member_id: int, *, actor: Actor, now: datetime) -> None:
    """What somebody decided is taken back at their level or above it; raises NotAllowed."""
    level = people.level_of(people.actor_for(member_id, now))
    if not people.stands_at(actor, [level]):
        raise NotAllowed(_("this was decided at a higher level: it is taken back there"))


def words(field: str, text: str) -> str:
    """A text that is needed, trimmed; raises Invalid."""
    found = text.replace("\x00", "").strip()
    if not says_something(found):
        refuse(field, _("fill this in"))
    if len(found) > MAX_TEXT:
        refuse(field, _("at most %(n)s characters") % {"n": MAX_TEXT})
    return found


def refuse(field: str, why: str) -> NoReturn:
    """Raise Invalid at a field."""
    raise Invalid(why, fields={field: why})


def in_each(said: Callable[[], object]) -> dict[str, str]:
    """What is said in each language of the product: who reads it is known later."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found[language] = str(said())
    return found


def tell_unit(
    topic: str,
    unit: Organisation,
    path: str,
    values: Mapping[str, str | Mapping[str, str]],
    *,
    about: str,
    on: date,
) -> None:
    """Tell who answers for a unit, in the same transaction."""
    held = people.holders(on, *TOLD).filter(holdings__post__organisation_id=unit.pk)
    payload = {
        "topic": topic, "members": sorted(held.values_list("pk", flat=True)), "about": about,
        "path": path, "values": {"unit": in_each(lambda: unit.name), **values},
    }  # fmt: skip
    jobs.defer("notify.tell", payload)
