"""What people keep at their desks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.desks.columns import BY_KEY
from cityloop.desks.models import ChosenColumns, SavedView, TakenList
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Refused

MOST_VIEWS = 20
LISTS = ("/cases/", "/desk/")  # addresses of lists begin with one of these


def note_taken(*, form: str, query: str, rows: int, actor: Actor, now: datetime) -> TakenList:
    """Note that a list of cases leaves as a file; raises NotAllowed without cases.export."""
    actor.require("cases.export")
    return TakenList.objects.create(
        member_id=actor.member_id, post=actor.post[:120], taken_at=now, form=form,
        query=query[:1000], rows=rows,
    )  # fmt: skip


def save_view(*, title: str, address: str, actor: Actor, now: datetime) -> SavedView:
    """Keep a list under a name; the same name keeps the new list. Raises Invalid for an address
    that is no list of ours, Refused beyond MOST_VIEWS."""
    actor.require("cases.view")
    parts, name = urlsplit(address), title.strip()[:40]
    if not name:
        raise Invalid(_("give the list a name"), fields={"title": _("give the list a name")})
    ours = not parts.scheme and not parts.netloc and parts.path.startswith(LISTS)
    if not ours or len(address) > 1000 or actor.member_id is None:
        raise Invalid(_("this is no list that can be kept"), code="no-list")
    with transaction.atomic():
        held = SavedView.objects.filter(member_id=actor.member_id)
        if not held.filter(title=name).exists() and held.count() >= MOST_VIEWS:
            raise Refused(_("at most %(n)s lists are kept: drop one first") % {"n": MOST_VIEWS})
        row, _created = SavedView.objects.update_or_create(
            member_id=actor.member_id, title=name,
            defaults={"address": address, "saved_at": now},
        )  # fmt: skip
    return row


def drop_view(view_id: int, *, actor: Actor) -> None:
    """Forget a list that the actor kept; raises NotFound for anybody else's."""
    gone, _rows = SavedView.objects.filter(pk=view_id, member_id=actor.member_id or 0).delete()
    if not gone:
        raise NotFound(_("there is no such list of yours"))


def choose_columns(keys: Sequence[str], *, actor: Actor) -> None:
    """Show these columns in the actor's lists; none: those of the desk again. The number stays:
    it is the way into the case. Raises Invalid for a column that is none."""
    actor.require("cases.view")
    if unknown := [key for key in keys if key not in BY_KEY]:
        raise Invalid(_("there is no column %(key)s") % {"key": unknown[0][:20]})
    if actor.member_id is None:
        return
    if not keys:
        ChosenColumns.objects.filter(member_id=actor.member_id).delete()
        return
    kept = [key for key in BY_KEY if key in {*keys, "number"}]
    ChosenColumns.objects.update_or_create(member_id=actor.member_id, defaults={"keys": kept})
