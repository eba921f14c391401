"""What people keep at their desks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from cityloop.desks.columns import BY_KEY
from cityloop.desks.models import ChosenColumns, ReadyText, SavedView, TakenList, Use
from cityloop.kernel.actor import Actor
from cityloop.kernel.errors import Invalid, NotFound, Refused

MOST_VIEWS = 20
TEXTS = "notify.configure"  # who words what the platform says
MOST_TEXT = 500
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


def keep_text(
    *, use: str, title: str, text: str, instead_of: int | None = None, actor: Actor, now: datetime
) -> ReadyText:
    """A ready text for everybody, or another wording of one; raises Invalid, NotFound, Refused
    (the title is taken), NotAllowed."""
    actor.require_for_city(TEXTS)
    name, words = _line(title), clean_text(text)
    wrong = {
        field: _("fill this in") for field, one in (("title", name), ("text", words)) if not one
    }
    if use not in Use.values:
        wrong["use"] = _("one of these is wanted: %(expected)s") % {
            "expected": ", ".join(Use.values)
        }
    if len(words) > MOST_TEXT:
        wrong["text"] = _("at most %(n)s characters") % {"n": MOST_TEXT}
    if wrong:
        raise Invalid(*wrong.values(), fields=wrong)
    with transaction.atomic():
        if instead_of is not None:
            _end(instead_of, actor=actor, now=now)
        if ReadyText.objects.filter(use=use, title=name, ended_at=None).exists():
            taken = _("there is a text with this title already")
            raise Refused(taken, fields={"title": taken})
        return ReadyText.objects.create(
            use=use, title=name, text=words, added_at=now, added_by=actor.post[:120],
            member_id=actor.member_id,
        )  # fmt: skip


def end_text(text_id: int, *, actor: Actor, now: datetime) -> None:
    """Offer a text no more; raises NotFound, NotAllowed."""
    actor.require_for_city(TEXTS)
    with transaction.atomic():
        _end(text_id, actor=actor, now=now)


def _end(text_id: int, *, actor: Actor, now: datetime) -> None:
    held = ReadyText.objects.filter(pk=text_id, ended_at=None)
    if not held.update(ended_at=now, ended_by=actor.post[:120]):
        raise NotFound(_("there is no such text"))


def _line(raw: str) -> str:
    return " ".join(clean_text(raw).split())[:40]


def clean_text(raw: str) -> str:
    """The text without what no database keeps, and without space around it."""
    return raw.replace("\x00", "").strip()


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
