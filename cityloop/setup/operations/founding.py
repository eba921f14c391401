"""The first account in the browser, behind a code that only who starts the server can read.

Without the code the first stranger who finds a fresh server would own the city.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid
from cityloop.kernel.models import Marker
from cityloop.people import operations as people
from cityloop.people import queries
from cityloop.people.operations.invitations import digest_of

MARKER = "setup code"


def new_setup_code(*, now: datetime) -> str:
    """A fresh code for the set-up page, in place of an earlier one; '' in a city that somebody
    administers. Only its digest is kept."""
    if queries.is_founded(now):
        Marker.objects.filter(name=MARKER).delete()
        return ""
    code = people.made_code()
    Marker.objects.update_or_create(
        name=MARKER, defaults={"value": {"digest": digest_of(code)}, "set_at": now}
    )
    return code


@transaction.atomic
def found_city(
    *,
    code: str,
    region_code: str,
    organisation_code: str,
    organisation_name: str,
    username: str,
    name: str,
    password: str,
    now: datetime,
) -> people.Founded:
    """The first administrator, with the platform, by who knows the code; the password is theirs.

    Raises Invalid (the code is not the one), AdministratorThere, WeakPassword.
    """
    marker = Marker.objects.select_for_update().filter(name=MARKER).first()
    kept = marker.value["digest"] if marker else ""
    if not secrets.compare_digest(kept, digest_of(code)):
        why = _("this is not the code that the server printed when it was started last")
        raise Invalid(why, fields={"code": why})
    founded = people.create_first_administrator(
        organisation_code=organisation_code, organisation_name=organisation_name,
        region_code=region_code, username=username, name=name, password=password,
        actor=Actor.system("set-up"), now=now, initial_password=False,
    )  # fmt: skip
    Marker.objects.filter(name=MARKER).delete()
    return founded
