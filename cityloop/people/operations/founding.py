"""The first account of a city: an administrator, before anybody can sign in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, Refused
from cityloop.people.models import Member, Organisation, OrganisationKind, Post
from cityloop.people.operations.members import create_member
from cityloop.people.operations.organisations import create_organisation, read_region
from cityloop.people.operations.posts import create_post, hold_post
from cityloop.people.operations.record import one_at_a_time, require_whole_city
from cityloop.people.operations.roles import seed_roles
from cityloop.people.queries.office import city_administrators

ROLE, POST_ZH, POST_EN = "administrator", "系统管理员", "Administrator"


class AdministratorThere(Refused):
    """Somebody can already sign in and make accounts."""

    code = "administrator-there"


@dataclass(frozen=True, slots=True)
class Founded:
    """Who came to be, and where."""

    organisation: Organisation
    post: Post
    member: Member


@transaction.atomic
def create_first_administrator(
    *,
    organisation_code: str,
    organisation_name: str,
    region_code: str,
    username: str,
    name: str,
    password: str,
    actor: Actor,
    now: datetime,
    initial_password: bool = True,
) -> Founded:
    """The city's platform, an administrator's post in it and the member who holds it.

    A platform of this code that stands already is taken as it is; name and region may then be ''.
    `initial_password`: it must be changed at the first sign-in. Raises AdministratorThere, Invalid,
    WeakPassword, NotAllowed.
    """
    require_whole_city(actor)
    one_at_a_time()  # of two at once the second finds the first's
    if there := city_administrators(now):
        told = ", ".join(f"{one.name} ({one.username})" for one in there)
        raise AdministratorThere(
            _("the city has an administrator already, who makes further accounts: %(names)s")
            % {"names": told}
        )
    seed_roles(now=now)
    organisation = _platform(organisation_code, organisation_name, region_code, actor, now)
    member = create_member(
        username=username, name=name, organisation=organisation, password=password, actor=actor,
        now=now, initial_password=initial_password,
    )  # fmt: skip
    post = _post(organisation, actor, now)
    hold_post(member=member, post=post, actor=actor, now=now, valid_from=timezone.localdate(now))
    return Founded(organisation, post, member)


def _platform(code: str, name: str, region: str, actor: Actor, now: datetime) -> Organisation:
    """The city's platform, made unless it stands."""
    found = Organisation.objects.filter(code=code.strip()).first()
    if found is None:
        if not region.strip():
            why = _("a city's platform needs the code of its region, as 330100")
            raise Invalid(why, fields={"region_code": why})
        return create_organisation(
            code=code, name_zh=name, kind=OrganisationKind.CITY_PLATFORM, region_code=region,
            actor=actor, now=now,
        )  # fmt: skip
    if found.kind != OrganisationKind.CITY_PLATFORM or not found.active:
        raise Invalid(_("%(name)s is not a city's platform in use") % {"name": found.name_zh})
    other = name.strip() not in ("", found.name_zh) or (
        read_region(region) not in ("", found.region_code)
    )
    if other:
        raise Invalid(
            _("%(code)s stands already as %(name)s in %(region)s")
            % {"code": found.code, "name": found.name_zh, "region": found.region_code or "-"}
        )
    return found


def _post(organisation: Organisation, actor: Actor, now: datetime) -> Post:
    """An administrator's post with a view of the whole city, under a code that is free."""
    wanted, number = f"{organisation.code}-{ROLE}", 1
    code = wanted
    while Post.objects.filter(code=code).exists():
        number += 1
        code = f"{wanted}-{number}"
    return create_post(
        code=code, organisation=organisation, name_zh=POST_ZH, name_en=POST_EN, roles=[ROLE],
        actor=actor, now=now,
    )  # fmt: skip
