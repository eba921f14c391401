"""The persons who answer for classes of things in an area."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Refused
from cityloop.people.models import ANY, Member, Organisation, ResponsiblePerson
from cityloop.people.operations.posts import area_code
from cityloop.people.operations.record import as_record, record, require_area, require_manager
from cityloop.people.operations.responsibilities import KINDS


@transaction.atomic
def set_responsible_person(  # noqa: PLR0913 (the facts of a row, all by keyword)
    *,
    member: Member,
    region_code: str,
    actor: Actor,
    now: datetime,
    class_kind: str = ANY,
    edition_code: str = ANY,
    major_code: str = ANY,
    minor_code: str = ANY,
    valid_from: date | None = None,
    valid_to: date | None = None,
    source_document: str = "",
) -> ResponsiblePerson:
    """Name who answers for a class of things in a region or grid; the one before ends that day."""
    require_manager(actor, [Organisation.objects.get(pk=member.organisation_id)])
    region = area_code(region_code)
    require_area(actor, region)
    start = valid_from or timezone.localdate(now)
    if class_kind not in (*KINDS, ANY) or (major_code == ANY and minor_code != ANY):
        raise Invalid(_("a minor class needs its major class and a known kind"))
    if valid_to is not None and valid_to <= start:
        raise Invalid(_("the end lies before the start"), fields={"valid_to": _("too early")})
    cell = {
        "region_code": region, "class_kind": class_kind, "edition_code": edition_code,
        "major_code": major_code, "minor_code": minor_code,
    }  # fmt: skip
    running = ResponsiblePerson.objects.filter(Q(valid_to=None) | Q(valid_to__gt=start), **cell)
    if running.filter(valid_from__gt=start).exists():
        raise Refused(_("somebody is named for a later day already"))
    running.update(valid_to=start)
    row = ResponsiblePerson.objects.create(
        member=member, valid_from=start, valid_to=valid_to, source_document=source_document, **cell
    )
    record(row, "create", actor=actor, now=now)
    return row


@transaction.atomic
def end_responsible_person(
    *, person_id: int, actor: Actor, now: datetime, reason: str = ""
) -> ResponsiblePerson:
    """From today on the person no longer answers for it."""
    row = (
        ResponsiblePerson.objects.select_for_update(of=("self",))
        .select_related("member__organisation")
        .filter(pk=person_id)
        .first()
    )
    if row is None:
        raise NotFound(_("there is no such line"))
    require_manager(actor, [row.member.organisation])
    require_area(actor, row.region_code)
    today = max(timezone.localdate(now), row.valid_from)
    if row.valid_to is not None and row.valid_to <= today:
        raise Refused(_("it ends before that day already"))
    before = as_record(row)
    row.valid_to = today
    row.save(update_fields=["valid_to"])
    record(row, "end", actor=actor, now=now, before=before, reason=reason)
    return row
