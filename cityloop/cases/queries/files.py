"""Files of cases, and who may see them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cityloop.cases.models import Attachment, Case
from cityloop.cases.queries.cases import visible
from cityloop.kernel import files
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound


def attachments(case: Case) -> list[Attachment]:
    """The case's papers with their files, in the order in which they came."""
    rows = case.attachments.select_related("file")
    return list(rows.order_by("version", "id"))


def photo(actor: Actor, paper_id: int, sha256: str) -> Attachment:
    """A picture as one step of a case has it; NotFound outside the actor's scope."""
    rows = Attachment.objects.filter(case__in=visible(actor)).select_related("file", "case")
    row = rows.filter(pk=paper_id, file__sha256=sha256, file__media_type__startswith="image/")
    if (found := row.first()) is None:
        raise NotFound(_("there is no such picture"))
    return found


def case_of_file(actor: Actor, sha256: str) -> bool:
    """True when the actor sees a case to which this file belongs."""
    rows = Attachment.objects.filter(file__sha256=sha256)
    return rows.filter(case__in=visible(actor)).exists()


def require_files(actor: Actor, digests: Iterable[str]) -> None:
    """Files named by their digest: the actor has handed them in, or sees a case that holds them.

    Else a digest from elsewhere would open a photo of a foreign case. Raises Invalid, which says
    the same of a file that was never stored.
    """
    wanted = {one for one in digests if one}
    if not wanted or actor.member_id is None:
        return
    missing = wanted - files.handed_in(actor.member_id, wanted)
    if unknown := sorted(one for one in missing if not case_of_file(actor, one)):
        raise Invalid(_("store the file first: %(sha)s") % {"sha": unknown[0][:12]})
